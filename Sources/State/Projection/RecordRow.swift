import FindingModel
import JSONDocument

/// Between a row of `records` and what it stands for.
enum RecordRow {
    static func state(kind: RecordKind, blob: [UInt8], data: [UInt8]?, parser: inout JSONParser) throws(StateError) -> RecordState {
        guard let data else { return try RecordState(kind: kind, blob: blob, record: nil) }
        return try RecordState(kind: kind, blob: blob, record: try record(kind: kind, data: data, parser: &parser))
    }

    /// What of a known record stands in receipts.
    static func large(kind: RecordKind, blob: [UInt8], data: RawJSON) throws -> LargeParts {
        var parser = JSONParser()
        return try state(kind: kind, blob: blob, data: data.bytes, parser: &parser).large
    }

    static func record(kind: RecordKind, data: [UInt8], parser: inout JSONParser) throws(StateError) -> Record {
        do { return try Record(kind: kind, parsing: RawJSON(bytes: data), parser: &parser) } catch {
            throw StateError(.corrupt, "state.db: a record's data is damaged: move the file away, and it is made again from the journal")
        }
    }
}
