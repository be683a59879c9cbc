import Bytes
import FindingModel
import JSONDocument

/// What is affected, in ECS's fields for hosts, addresses and URLs.
struct ECSResources {
    private let resources: [Resource]
    private static let transports = ["tcp", "udp", "icmp", "sctp"]

    init(_ resources: [Resource]) { self.resources = resources }

    func write(to writer: inout JSONWriter) {
        if let first = resources.first {
            host(first, to: &writer)
            address(first, to: &writer)
        }
        let hosts = Self.distinct(resources.compactMap(\.hostname))
        let addresses = Self.distinct(resources.compactMap(Self.address))
        guard !hosts.isEmpty || !addresses.isEmpty else { return }
        writer.key("related")
        writer.beginObject()
        writer.field("hosts", hosts)
        writer.field("ip", addresses)
        writer.endObject()
    }

    private func host(_ resource: Resource, to writer: inout JSONWriter) {
        let address = Self.address(resource)
        guard let name = resource.hostname ?? resource.name ?? address else { return }
        writer.key("host")
        writer.beginObject()
        writer.field("name", name)
        writer.field("hostname", resource.hostname)
        writer.field("ip", address.map { [$0] } ?? [])
        writer.endObject()
    }

    private func address(_ resource: Resource, to writer: inout JSONWriter) {
        if let port = resource.port {
            writer.key("destination")
            writer.beginObject()
            writer.field("port", Int64(port))
            writer.endObject()
        }
        if let name = resource.protocolName?.lowercased(), !name.isEmpty {
            writer.key("network")
            writer.beginObject()
            if Self.transports.contains(name) { writer.field("transport", name) } else { writer.field("protocol", name) }
            writer.endObject()
        }
        if resource.url != nil || resource.path != nil {
            writer.key("url")
            writer.beginObject()
            writer.field("full", resource.url)
            writer.field("path", resource.path)
            writer.endObject()
        }
        guard let method = resource.method, !method.isEmpty else { return }
        writer.key("http")
        writer.beginObject()
        writer.key("request")
        writer.beginObject()
        writer.field("method", method)
        writer.endObject()
        writer.endObject()
    }

    private static func address(_ resource: Resource) -> String? {
        resource.ip.flatMap { IPAddress($0) == nil ? nil : $0 }
    }

    private static func distinct(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
}
