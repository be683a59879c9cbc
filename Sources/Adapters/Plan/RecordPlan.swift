/// A block of the manifest that is made once for each item that its condition lets through.
struct Block<Fields: Sendable>: Sendable {
    /// The slot that lists the items; nothing for a block that is made once, from where it stands.
    var items: SlotReference?
    /// In `PlanTables.conditions`.
    var condition: Int?
    /// The block as drift names it: `$.data (finding)`.
    var place: Int
    var fields: Fields
}

/// How a `finding:` block is made; every field that the manifest leaves out is nothing.
struct FindingPlan: Sendable {
    var key: ExpressionID
    var sourceUID: ExpressionID?
    var title: ExpressionID?
    var desc: ExpressionID?
    var remediation: ExpressionID?
    var severity: ExpressionID?
    var vendorSeverity: ExpressionID?
    var status: ExpressionID?
    var vendorStatus: ExpressionID?
    var scanner = ScannerPlan()
    var rule = RulePlan()
    var vulnerabilities: [Block<VulnerabilityPlan>] = []
    var resources: [Block<ResourcePlan>] = []
    var evidence: [Block<EvidencePlan>] = []
    var firstSeenTime: ExpressionID?
    var lastSeenTime: ExpressionID?
    var fixedTime: ExpressionID?
    var occurrenceCount: ExpressionID?
    var scanUID: ExpressionID?
    var tickets: [Block<TicketPlan>] = []
    var labels: ExpressionID?
}

/// How a `scan:` block is made.
struct ScanPlan: Sendable {
    var key: ExpressionID
    var name: ExpressionID?
    var type: ExpressionID?
    var status: ExpressionID?
    var progress: ExpressionID?
    var targets: ExpressionID?
    var profile: ExpressionID?
    var startTime: ExpressionID?
    var endTime: ExpressionID?
    var duration: ExpressionID?
    var totals: [TotalPlan] = []
    var newFindings: ExpressionID?
    var openFindings: ExpressionID?
    var closedFindings: ExpressionID?
    var errors: ExpressionID?
    var srcURL: ExpressionID?
    var scanner = ScannerPlan()
}

/// One of a scan's counts.
struct TotalPlan: Sendable {
    /// In the order of `Scan.Totals`.
    enum Field: String, Sendable, CaseIterable {
        case critical, high, medium, low, info, total, new, fixed
    }

    var field: Field
    var value: ExpressionID
}

/// How a `notice:` block is made.
struct NoticePlan: Sendable {
    var key: ExpressionID?
    var kind: ExpressionID?
    var summary: ExpressionID?
    var resource: [Block<ResourcePlan>] = []
}

struct ScannerPlan: Sendable {
    var name: ExpressionID?
    var feature: ExpressionID?
}

struct RulePlan: Sendable {
    var uid: ExpressionID?
    var name: ExpressionID?
    var category: ExpressionID?
}

struct VulnerabilityPlan: Sendable {
    var ids: ExpressionID?
    var cvss: [CVSSPlan] = []
    var references: ExpressionID?
}

struct CVSSPlan: Sendable {
    var score: ExpressionID?
    var vector: ExpressionID?
    var version: ExpressionID?
}

struct ResourcePlan: Sendable {
    var uid: ExpressionID?
    var type: ExpressionID?
    var name: ExpressionID?
    var address: ExpressionID?
    var hostname: ExpressionID?
    var ip: ExpressionID?
    var port: ExpressionID?
    var protocolName: ExpressionID?
    var url: ExpressionID?
    var path: ExpressionID?
    var method: ExpressionID?
    var parameter: ExpressionID?
    var labels: ExpressionID?
}

struct EvidencePlan: Sendable {
    var type: ExpressionID?
    var summary: ExpressionID?
    var request: ExpressionID?
    var response: ExpressionID?
}

struct TicketPlan: Sendable {
    var system: ExpressionID?
    var uid: ExpressionID?
    var status: ExpressionID?
    var srcURL: ExpressionID?
    var assignee: ExpressionID?
    var dueTime: ExpressionID?
}
