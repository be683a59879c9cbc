import Adapters
import FindingModel
import JSONDocument
import Journal
import Synchronization

/// Puts evidence that was too large for a record back from its receipt, by mapping that receipt again.
package final class EvidenceArchive: Sendable {
    private let source: EntrySource
    private let configurations: ConfigurationReader

    package init(_ source: EntrySource, configurations: ConfigurationReader) {
        self.source = source
        self.configurations = configurations
    }

    /// The evidence of the finding `uid`; empty when its receipt is gone. Blocks the calling thread.
    package func evidence(of uid: String, at reference: EvidenceReference) throws(StateError) -> [Evidence] {
        guard let entry = try source.entry(reference.entry), let body = entry.body.bytes,
            case .event(let event, _) = try ConfiguredMapper(configurations).map(entry, body: body, generation: reference.generation)
        else { return [] }
        for case .finding(let finding, _) in event.records where finding.uid == uid { return finding.evidence }
        return []
    }

    /// `data`, a finding as JSON without its evidence, with it. Blocks the calling thread.
    package func restored(_ data: RawJSON, uid: String, at reference: EvidenceReference) throws(StateError) -> RawJSON {
        let evidence = try evidence(of: uid, at: reference)
        var parser = JSONParser()
        guard !evidence.isEmpty, case .finding(var finding) = try RecordRow.record(kind: .finding, data: data.bytes, parser: &parser) else { return data }
        finding.evidence = evidence
        return Record.finding(finding).json
    }
}
