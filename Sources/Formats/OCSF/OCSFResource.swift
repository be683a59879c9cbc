import Bytes
import FindingModel
import JSONDocument

/// An item of `resources`; port, URL and the like have no place of their own, so they stand in its `data`.
struct OCSFResource {
    private let resource: Resource
    private let hasAddress: Bool

    init(_ resource: Resource) {
        self.resource = resource
        hasAddress = resource.ip.map { IPAddress($0) != nil } ?? false
    }

    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("uid", resource.uid)
        writer.field("type", resource.type)
        writer.field("name", isNamed ? resource.name : standIn)
        writer.field("hostname", resource.hostname)
        if hasAddress { writer.field("ip", resource.ip) }
        writer.field("labels", resource.labels)
        data(to: &writer)
        writer.endObject()
    }

    /// Whether it has what an entity must have one of.
    private var isNamed: Bool { !(resource.uid ?? "").isEmpty || !(resource.name ?? "").isEmpty }

    private var standIn: String {
        [resource.hostname, resource.ip, resource.url].lazy.compactMap { $0 }.first { !$0.isEmpty } ?? "unnamed"
    }

    private func data(to writer: inout JSONWriter) {
        var rest = resource
        rest.uid = nil
        rest.type = nil
        rest.name = nil
        rest.hostname = nil
        rest.labels = []
        if hasAddress { rest.ip = nil }
        guard rest != Resource() || !isNamed else { return }
        writer.key("data")
        writer.beginObject()
        if !isNamed {
            writer.key("unnamed")
            writer.bool(true)
        }
        writer.field("ip", rest.ip)
        writer.field("port", rest.port.map { Int64($0) })
        writer.field("protocol", rest.protocolName)
        writer.field("url", rest.url)
        writer.field("path", rest.path)
        writer.field("method", rest.method)
        writer.field("parameter", rest.parameter)
        writer.endObject()
    }
}
