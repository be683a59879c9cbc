import Bytes
import CurlTransport
import FindingModel
import JSONDocument

/// A resource as an endpoint, with the members that both `Endpoint` and, from 3.x, `LocationData.url` take (DefectDojo, dojo/tools/locations.py).
enum DefectDojoEndpoint {
    /// Nothing for a resource without a host that DefectDojo would take: one bad endpoint fails the whole import.
    static func json(_ resource: Resource) -> JSONValue? {
        guard let host = [resource.hostname, resource.ip, host(of: resource.url)].lazy.compactMap({ $0 }).first(where: isHost) else { return nil }
        return .members([
            ("host", .string(host)),
            ("port", resource.port.flatMap { (1...65_535).contains($0) ? .integer($0) : nil }),
            ("protocol", scheme(of: resource.url).map { .string($0) }),
            ("path", resource.path.flatMap { isPath($0) ? .string($0) : nil }),
        ])
    }

    private static func host(of url: String?) -> String? {
        guard let url, let checked = try? OutboundURL(url) else { return nil }
        return checked.host
    }

    private static func scheme(of url: String?) -> String? {
        guard let url else { return nil }
        return ["https", "http"].first { url.utf8.starts(with: "\($0)://".utf8) }
    }

    /// A host name of RFC 1123 with RFC 952's lengths, or an address.
    private static func isHost(_ text: String) -> Bool {
        if IPAddress(text) != nil { return true }
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { byte in
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                        || byte == UInt8(ascii: "-")
                }
        }
    }

    private static func isPath(_ path: String) -> Bool { path.utf8.count <= 500 && path.utf8.allSatisfy { (0x21...0x7e).contains($0) } }
}
