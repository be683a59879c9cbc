import JSONDocument

extension Record {
    /// Writes the record as one canonical JSON object: members in the order of the design, absent ones left out.
    package func write(to writer: inout JSONWriter) {
        switch self {
        case .finding(let finding): finding.write(to: &writer)
        case .scan(let scan): scan.write(to: &writer)
        case .notice(let notice): notice.write(to: &writer)
        }
    }

    /// The record as canonical JSON.
    package var json: RawJSON { RawJSON { write(to: &$0) } }

    /// Reads what `json` gave; the record is then written again as the same bytes.
    ///
    /// Members must stand in the order of the design, and there may be no others.
    package init(kind: RecordKind, parsing json: RawJSON) throws(RecordError) {
        var parser = JSONParser()
        try self.init(kind: kind, parsing: json, parser: &parser)
    }

    /// As `init(kind:parsing:)`, with a parser that is used again; the call ends its last tape.
    package init(kind: RecordKind, parsing json: RawJSON, parser: inout JSONParser) throws(RecordError) {
        self = try json.withTape(&parser) { tape throws(RecordError) in try Record(kind: kind, tape: tape) }
    }

    /// The record that the node is.
    package init(kind: RecordKind, tape: JSONTape, node: Int = 0) throws(RecordError) {
        switch kind {
        case .finding: self = .finding(try Finding(tape: tape, node: node))
        case .scan: self = .scan(try Scan(tape: tape, node: node))
        case .notice: self = .notice(try Notice(tape: tape, node: node))
        }
    }
}

extension Finding {
    /// The finding as canonical JSON.
    package var json: RawJSON { RawJSON { write(to: &$0) } }
}

extension RawJSON {
    /// What `write` writes.
    fileprivate init(_ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(capacity: 2048)
        write(&writer)
        self.init(bytes: writer.bytes)
    }

    /// Parses the text and hands the tape to `body`, for whose duration it is valid.
    func withTape<R>(_ parser: inout JSONParser, _ body: (JSONTape) throws(RecordError) -> R) throws(RecordError) -> R {
        let result = bytes.withUnsafeBytes { buffer -> Result<R, RecordError> in
            let tape: JSONTape
            do throws(JSONError) {
                tape = try parser.parse(buffer, depth: JSONParser.maximumDepth)
            } catch {
                return .failure(RecordError(code: .json, field: "", message: "the record is not JSON: \(error)"))
            }
            do throws(RecordError) { return .success(try body(tape)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
