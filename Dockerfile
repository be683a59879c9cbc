# Weir in a container: built with the static Swift library, run without root.
FROM swift:6.3-bookworm AS build
WORKDIR /src
COPY scripts scripts
RUN scripts/install-packages.sh
COPY Package.swift ./
COPY Plugins Plugins
COPY Sources Sources
COPY Tests Tests
COPY adapters adapters
COPY schemas schemas
COPY examples examples
RUN swift build -c release --product weir --static-swift-stdlib \
    && install -D -s .build/release/weir /out/weir

FROM debian:bookworm-slim
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends ca-certificates curl libcurl4 libidn2-0 libsqlite3-0 libsimdjson14 libssl3 libstdc++6 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/weir --create-home weir \
    && install -d -o weir -g weir -m 0700 /var/lib/weir/data
COPY --from=build /out/weir /usr/local/bin/weir
# By number, so that whoever starts it can see that it is not root; a volume takes over the folder's owner.
USER 10001
WORKDIR /var/lib/weir
VOLUME /var/lib/weir/data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD curl -fsS http://127.0.0.1:8080/readyz || exit 1
ENTRYPOINT ["weir"]
CMD ["serve", "--config", "/etc/weir/weir.yaml"]
