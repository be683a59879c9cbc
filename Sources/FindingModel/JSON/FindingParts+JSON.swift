import JSONDocument

extension Fingerprints {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("instance/v1", instance)
        writer.field("cross/v1", cross1)
        writer.field("cross/v2", cross2)
        writer.endObject()
    }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "fingerprints")
        self.init(
            instance: try reader.string("instance/v1"), cross1: try reader.optionalString("cross/v1"), cross2: try reader.optionalString("cross/v2"))
        try reader.finish()
    }
}

extension Rule {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("uid", uid)
        writer.field("name", name)
        writer.field("category", category)
        writer.endObject()
    }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "rule")
        self.init(uid: try reader.optionalString("uid"), name: try reader.optionalString("name"), category: try reader.optionalString("category"))
        try reader.finish()
    }
}

extension Evidence {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("type", type)
        writer.field("summary", summary)
        writer.field("request", request)
        writer.field("response", response)
        writer.endObject()
    }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "evidence")
        self.init(
            type: try reader.optionalString("type"), summary: try reader.optionalString("summary"), request: try reader.optionalString("request"),
            response: try reader.optionalString("response"))
        try reader.finish()
    }
}

extension Ticket {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("system", system)
        writer.field("uid", uid)
        writer.field("status", status)
        writer.field("src_url", srcURL)
        writer.field("assignee", assignee)
        writer.field("due_time", dueTime)
        writer.endObject()
    }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "tickets")
        self.init(
            system: try reader.optionalString("system"), uid: try reader.optionalString("uid"), status: try reader.optionalString("status"),
            srcURL: try reader.optionalString("src_url"), assignee: try reader.optionalString("assignee"), dueTime: try reader.optionalTimestamp("due_time"))
        try reader.finish()
    }
}
