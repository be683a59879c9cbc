internal import CCurl

/// The header lines of a request, the recipients of a mail, or where to connect to, in the library's own list; must outlive the transfer that uses them.
struct HeaderList: ~Copyable {
    private(set) var pointer: UnsafeMutablePointer<curl_slist>?

    init() { pointer = nil }

    deinit { curl_slist_free_all(pointer) }

    /// Adds `name: value`, or the library's form for a header without value.
    mutating func append(_ name: String, _ value: String) throws(TransportError) {
        try append(line: value.isEmpty ? "\(name);" : "\(name): \(value)")
    }

    /// Keeps the library from adding a header of its own.
    mutating func suppress(_ name: String) throws(TransportError) { try append(line: "\(name):") }

    /// Adds `line` as it stands.
    mutating func append(line: String) throws(TransportError) {
        guard let longer = curl_slist_append(pointer, line) else { throw TransportError(.failed, "out of memory") }
        pointer = longer
    }
}
