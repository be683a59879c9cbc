import Delivery
import FindingModel
import JSONDocument

/// What a batch is for DefectDojo: the last state of each of its findings, and how each change ends when the import succeeds.
struct DefectDojoBatch {
    /// In the order of their changes.
    let findings: [Finding]
    /// One for each change of the batch.
    let outcomes: [ItemOutcome]

    init(_ batch: [Change]) {
        var last: [String: Int] = [:]
        for (index, change) in batch.enumerated() where change.kind == .finding { last[change.subject] = index }
        var findings: [Finding] = []
        outcomes = batch.enumerated().map { index, change in
            // DefectDojo has no place for scans and notices, and only the newest state of a finding counts.
            guard change.kind == .finding, last[change.subject] == index else { return .superseded }
            guard case .finding(let finding) = try? Record(kind: .finding, parsing: change.data) else {
                return .reject(DeliveryFailure("the change \(change.id) holds no finding that can be read"))
            }
            findings.append(finding)
            return .delivered
        }
        self.findings = findings
    }

    /// The file: `{"findings":[…]}`.
    var file: [UInt8] { JSONValue.members([("findings", .array(findings.map { DefectDojoFinding.json($0) }))]).bytes }

    /// How the batch ended when the import succeeded.
    func outcome(status: Int?, id: String?) -> DeliveryOutcome {
        outcomes.allSatisfy { $0 == .delivered } ? .delivered(status: status, id: id) : .items(outcomes, status: status, id: id)
    }

    /// How the batch ended when its finding is to come again by itself.
    func outcome(putOff failure: DeliveryFailure) -> DeliveryOutcome {
        .items(outcomes.map { $0 == .delivered ? .retry(failure) : $0 }, status: failure.status, id: nil)
    }
}
