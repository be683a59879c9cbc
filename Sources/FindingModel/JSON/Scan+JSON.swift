import JSONDocument

extension Scan {
    /// Writes the scan as one canonical JSON object.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("uid", uid)
        writer.field("name", name)
        writer.field("type", type)
        writer.required("status", status.word)
        writer.field("progress", progress)
        if let scope, scope != Scope() {
            writer.key("scope")
            scope.write(to: &writer)
        }
        writer.field("start_time", startTime)
        writer.field("end_time", endTime)
        writer.field("duration_ms", durationMilliseconds)
        if let totals, totals != Totals() {
            writer.key("totals")
            totals.write(to: &writer)
        }
        if let findingUIDs, findingUIDs != FindingUIDs() {
            writer.key("finding_uids")
            findingUIDs.write(to: &writer)
        }
        writer.field("errors", errors)
        writer.field("src_url", srcURL)
        writer.key("scanner")
        scanner.write(to: &writer)
        writer.key("raw")
        raw.write(to: &writer)
        writer.field("unmapped", unmapped)
        writer.endObject()
    }

    /// Reads what `write` wrote.
    package init(tape: JSONTape, node: Int = 0) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "scan")
        uid = try reader.string("uid")
        name = try reader.optionalString("name")
        type = try reader.optionalString("type")
        guard let status = ScanStatus(rawValue: try reader.string("status")) else { throw .invalid("status") }
        self.status = status
        progress = try reader.optionalInteger("progress")
        scope = try reader.optionalObject("scope", Scope.init(tape:node:))
        startTime = try reader.optionalTimestamp("start_time")
        endTime = try reader.optionalTimestamp("end_time")
        durationMilliseconds = try reader.optionalInteger("duration_ms")
        totals = try reader.optionalObject("totals", Totals.init(tape:node:))
        findingUIDs = try reader.optionalObject("finding_uids", FindingUIDs.init(tape:node:))
        errors = try reader.strings("errors")
        srcURL = try reader.optionalString("src_url")
        scanner = try Scanner(tape: tape, node: try reader.require("scanner"))
        raw = try RawReference(tape: tape, node: try reader.require("raw"))
        unmapped = try reader.optionalRaw("unmapped")
        try reader.finish()
    }
}

extension Scan.Scope {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("targets", targets)
        writer.field("profile", profile)
        writer.endObject()
    }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "scope")
        self.init(targets: try reader.strings("targets"), profile: try reader.optionalString("profile"))
        try reader.finish()
    }
}

extension Scan.Totals {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("critical", critical)
        writer.field("high", high)
        writer.field("medium", medium)
        writer.field("low", low)
        writer.field("info", info)
        writer.field("total", total)
        writer.field("new", new)
        writer.field("fixed", fixed)
        writer.endObject()
    }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "totals")
        self.init()
        critical = try reader.optionalInteger("critical")
        high = try reader.optionalInteger("high")
        medium = try reader.optionalInteger("medium")
        low = try reader.optionalInteger("low")
        info = try reader.optionalInteger("info")
        total = try reader.optionalInteger("total")
        new = try reader.optionalInteger("new")
        fixed = try reader.optionalInteger("fixed")
        try reader.finish()
    }
}

extension Scan.FindingUIDs {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("new", new)
        writer.field("open", open)
        writer.field("closed", closed)
        writer.endObject()
    }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "finding_uids")
        self.init(new: try reader.strings("new"), open: try reader.strings("open"), closed: try reader.strings("closed"))
        try reader.finish()
    }
}
