import CurlTransport

extension Destination {
    /// `suffix`, which begins with `/`, behind the path of the configured URL: systems may live below a path.
    func path(_ suffix: String) -> String { basePath + suffix }

    /// The URL's path without `/` at its end and without a query; empty for a URL that ends with its host.
    var basePath: String {
        let text = url.text.utf8
        var slashes = 0
        guard
            let start = text.indices.first(where: { index in
                if text[index] == UInt8(ascii: "/") { slashes += 1 }
                return slashes == 3
            })
        else { return "" }
        var path = Array(text[start...].prefix { $0 != UInt8(ascii: "?") })
        while path.last == UInt8(ascii: "/") { path.removeLast() }
        return String(decoding: path, as: UTF8.self)
    }
}
