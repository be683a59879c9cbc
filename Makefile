# Weir. `make run` and `make test` are all a newcomer needs; both install missing system packages first.
SWIFT ?= swift
RELEASE = .build/release

.PHONY: help packages build run test lint bench faults clean

help:
	@echo "make run      build, start the gateway with examples/, send signed samples, show what arrives, keep serving"
	@echo "make run ONCE=1   the same, and stop after the samples (non-zero when anything is missing)"
	@echo "make test     all tests"
	@echo "make lint     formatting and the repository's cheap rules"
	@echo "make bench    throughput and latency against nginx's empty 200, and all the way to an HTTP Event Collector"
	@echo "make faults   the long fault tests: kill -9, power cuts, failing disks, damaged files, strangers (root, loop devices, strace)"

packages:
	@scripts/install-packages.sh

build: packages
	$(SWIFT) build -c release --static-swift-stdlib --product weir
	$(SWIFT) build -c release --static-swift-stdlib --product example-receiver

run: build
	@ONCE=$(ONCE) examples/run.sh $(RELEASE)/weir $(RELEASE)/example-receiver

test: packages
	@scripts/install-packages.sh openssl python3-aiosmtpd
	$(SWIFT) build --build-tests
	@SWIFT=$(SWIFT) scripts/run-tests.sh

lint:
	@scripts/lint.sh

Benchmarks/hookload: Benchmarks/hookload.c
	cc -O2 -o $@ $< -lcrypto

bench: packages Benchmarks/hookload
	$(SWIFT) build -c release --static-swift-stdlib --product weir
	@scripts/install-packages.sh nginx-light python3
	python3 Benchmarks/bench.py --weir $(RELEASE)/weir --hookload Benchmarks/hookload
	python3 Benchmarks/flow.py --weir $(RELEASE)/weir --hookload Benchmarks/hookload
	python3 Benchmarks/blackhole.py --weir $(RELEASE)/weir --hookload Benchmarks/hookload

faults: packages Benchmarks/hookload
	$(SWIFT) build -c release --static-swift-stdlib --product weir
	@scripts/install-packages.sh python3 strace eatmydata e2fsprogs
	WEIR_LONG_FAULTS=1 Tests/Faults/run.sh --weir $(RELEASE)/weir --hookload Benchmarks/hookload --rounds 50
	WEIR_LONG_TESTS=1 SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=2 $(SWIFT) test --filter 'whatFailsIsTheSink|noIDHasTwoContents'

clean:
	rm -rf .build Benchmarks/hookload
