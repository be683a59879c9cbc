/// The one text that a part of a key has, however a vendor spells it; a text in this form, and one that cannot be read, stays as it is.
enum NormalForm: String, CaseIterable, Sendable {
    /// A host in its ASCII form, an IP address in its canonical one; of a URL also the scheme in lower case, without user, default port and slashes at the path's end.
    case address
    /// A port, and behind a slash its protocol in lower case where one stands beside it.
    case port

    func text(of written: String) -> String {
        switch self {
        case .address: Self.address(written) ?? written
        case .port: PortReader.read(written).map { port in port.protocolName.map { "\(port.port)/\($0)" } ?? String(port.port) } ?? written
        }
    }

    private static func address(_ written: String) -> String? {
        guard let parts = AddressReader.read(written), let host = parts.ip ?? parts.hostname else { return nil }
        // What the reader takes has blanks around it at most.
        var scheme = "", tail = (parts.url ?? written).utf8.filter { $0 > 0x20 }[...]
        if parts.url != nil, let end = tail.firstIndex(of: UInt8(ascii: ":")) {
            scheme = lowercased(tail[..<end])
            tail = tail[end...].dropFirst(3)
        }
        tail = tail.drop { !"/?#\\".utf8.contains($0) }
        let port = parts.port.flatMap { $0 == defaultPorts[scheme] ? nil : ":\($0)" } ?? ""
        let isTransport = scheme.isEmpty && parts.protocolName != nil
        let ending = isTransport ? lowercased(tail) : withoutSlashes(tail)
        let isAlone = scheme.isEmpty && port.isEmpty && ending.isEmpty
        let isBracketed = parts.ip != nil && host.utf8.contains(UInt8(ascii: ":")) && !isAlone
        return (scheme.isEmpty ? "" : scheme + "://") + (isBracketed ? "[\(host)]" : host) + port + ending
    }

    private static let defaultPorts = ["http": 80, "https": 443]

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes.map(ASCII.lowercased), as: UTF8.self) }

    /// Path, query and fragment, without the slashes at the path's end.
    private static func withoutSlashes(_ tail: ArraySlice<UInt8>) -> String {
        var path = tail.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let behind = tail[path.endIndex...]
        while path.last == UInt8(ascii: "/") { path.removeLast() }
        return String(decoding: path + behind, as: UTF8.self)
    }
}
