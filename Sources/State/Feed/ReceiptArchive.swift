import Adapters
import FindingModel
import JSONDocument
import Journal

/// Puts what was too large for a record back from its receipt, by mapping that receipt again.
package final class ReceiptArchive: Sendable {
    private let source: EntrySource
    package let configurations: ConfigurationReader

    package init(_ source: EntrySource, configurations: ConfigurationReader) {
        self.source = source
        self.configurations = configurations
    }

    /// `data`, a record as JSON without its large parts, with them; a part whose receipt is gone stays away. Blocks the calling thread.
    package func restored(_ data: RawJSON, kind: RecordKind, uid: String, _ large: LargeParts) throws(StateError) -> RawJSON {
        let evidence = try large.evidence.flatMap { reference throws(StateError) in try told(uid, at: reference)?.evidence }
        let unmapped = try large.unmapped.flatMap { reference throws(StateError) in try told(uid, at: reference)?.unmapped }
        guard evidence != nil || unmapped != nil else { return data }
        var parser = JSONParser()
        var record = try RecordRow.record(kind: kind, data: data.bytes, parser: &parser)
        if let evidence { record.evidence = evidence }
        if let unmapped { record.unmapped = unmapped }
        return record.json
    }

    /// The receipt with this number; nothing when the journal has it no longer, or cannot read it. Blocks the calling thread.
    func entry(_ number: UInt64) throws(StateError) -> Entry? { try source.entry(number) }

    /// The record called `uid` as the receipt alone tells it; nothing when the receipt is gone or does not name it.
    private func told(_ uid: String, at reference: ReceiptReference) throws(StateError) -> Record? {
        guard let entry = try source.entry(reference.entry), let body = entry.body.bytes,
            case .event(let event, _) = try ConfiguredMapper(configurations).map(entry, body: body, generation: reference.generation)
        else { return nil }
        return event.records.first { $0.uid == uid }?.record
    }
}

extension Record {
    fileprivate var evidence: [Evidence] {
        get { finding?.evidence ?? [] }
        set {
            guard case .finding(var finding) = self else { return }
            finding.evidence = newValue
            self = .finding(finding)
        }
    }

    fileprivate var unmapped: RawJSON? {
        get {
            switch self {
            case .finding(let finding): finding.unmapped
            case .scan(let scan): scan.unmapped
            case .notice(let notice): notice.unmapped
            }
        }
        set {
            switch self {
            case .finding(var finding):
                finding.unmapped = newValue
                self = .finding(finding)
            case .scan(var scan):
                scan.unmapped = newValue
                self = .scan(scan)
            case .notice(var notice):
                notice.unmapped = newValue
                self = .notice(notice)
            }
        }
    }
}
