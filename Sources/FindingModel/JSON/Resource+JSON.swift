import JSONDocument

extension Resource {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("uid", uid)
        writer.field("type", type)
        writer.field("name", name)
        writer.field("hostname", hostname)
        writer.field("ip", ip)
        writer.field("port", port.map { Int64($0) })
        writer.field("protocol", protocolName)
        writer.field("url", url)
        writer.field("path", path)
        writer.field("method", method)
        writer.field("parameter", parameter)
        writer.field("labels", labels)
        writer.endObject()
    }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "resource")
        self.init()
        uid = try reader.optionalString("uid")
        type = try reader.optionalString("type")
        name = try reader.optionalString("name")
        hostname = try reader.optionalString("hostname")
        ip = try reader.optionalString("ip")
        if let number = try reader.optionalInteger("port") {
            guard let port = Int(exactly: number) else { throw .invalid("port") }
            self.port = port
        }
        protocolName = try reader.optionalString("protocol")
        url = try reader.optionalString("url")
        path = try reader.optionalString("path")
        method = try reader.optionalString("method")
        parameter = try reader.optionalString("parameter")
        labels = try reader.strings("labels")
        try reader.finish()
    }
}
