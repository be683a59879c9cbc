import Digests
import FindingModel
import JSONDocument

/// Makes the records of one event from what its entry's paths lead to.
struct RecordMaker: ~Copyable {
    /// What every record of the event has in common.
    struct Context {
        /// The adapter's name, a part of every uid.
        var adapter: String
        var account: String
        var raw: RawReference
        var receivedTime: Timestamp
        var eventKey: String?
        var kind: String
        /// Nothing where the event does not say.
        var eventTime: TimeReading?

        /// When something was seen that the event gives no time for.
        var defaultTime: Timestamp { eventTime?.time ?? receivedTime }
    }

    /// A record and the item it was made from.
    struct Made<Body> {
        var body: Body
        var item: Int
    }

    let context: Context
    var evaluator: Evaluator
    var scans: [Made<(Scan, ScanFields)>] = []
    var findings: [Made<(Finding, FindingFields)>] = []
    var notices: [Made<Notice>] = []
    /// The name of the record's first host as the vendor wrote it, where that is not its ASCII form.
    var writtenHost: String?
    private var uids: Set<String> = []
    /// Whether two of the records are one.
    private(set) var repeatsRecords = false

    init(context: Context, evaluator: consuming Evaluator) {
        self.context = context
        self.evaluator = evaluator
    }

    /// Makes everything that the entry's blocks say.
    mutating func make(_ entry: EntryPlan) {
        for block in entry.scans {
            for item in items(of: block, within: 0) where isPaid() {
                guard let scan = scan(block, item) else { continue }
                note(scan.0.uid, place: block.place)
                scans.append(Made(body: scan, item: item))
            }
        }
        for block in entry.findings {
            for item in items(of: block, within: 0) where isPaid() {
                guard let finding = finding(block, item) else { continue }
                note(finding.0.uid, place: block.place)
                findings.append(Made(body: finding, item: item))
            }
        }
        for block in entry.notices {
            for item in items(of: block, within: 0) where isPaid() {
                let notice = notice(block.fields, item)
                note(notice.uid, place: block.place)
                notices.append(Made(body: notice, item: item))
            }
        }
        if scans.isEmpty, findings.isEmpty, notices.isEmpty { makeNotice() }
    }

    /// Takes note of a record: one that is there already is drift, because its key does not tell it from another of the same event.
    private mutating func note(_ uid: String, place: Int) {
        if uids.insert(uid).inserted { return }
        repeatsRecords = true
        evaluator.drift.add(.key, evaluator.tables.places[place])
    }

    /// Takes the cost of one more record from the budget; false when there is none left.
    private mutating func isPaid() -> Bool {
        evaluator.budget.charge(OutputBudget.recordBytes)
        return !evaluator.budget.isSpent
    }

    /// Makes the notice that an event leaves as when nothing else is made of it.
    mutating func makeNotice() {
        let kind = Notice.kind(of: context.kind)
        let summary = context.kind.isEmpty ? "\(evaluator.plan.vendor) event" : "\(evaluator.plan.vendor) \(context.kind)"
        notices.append(Made(body: Notice(uid: noticeUID(key: nil), kind: kind, summary: summary, raw: context.raw), item: 0))
    }

    /// The items of a block that its condition lets through.
    mutating func items<Fields>(of block: Block<Fields>, within item: Int) -> [Int] {
        var items = evaluator.items(block.items, within: item)
        if let condition = block.condition {
            var held: [Int] = []
            for item in items where evaluator.holds(condition, item) {
                evaluator.useTested(condition, item)
                held.append(item)
            }
            items = held
        }
        return items
    }

    /// The uid of the record of `kind` with the vendor's key `key`.
    func uid(_ kind: RecordKind, key: String) -> String {
        RecordIdentity.uid(kind, digest: RecordIdentity.digest(vendor: context.adapter, account: context.account, key: key))
    }

    /// The uid of the next notice: the event's key, or else the body, and from the second on a number, make it one of its own.
    func noticeUID(key: String?) -> String {
        if let key { return uid(.notice, key: key) }
        let base = context.eventKey ?? context.raw.sha256.hex
        return uid(.notice, key: notices.isEmpty ? base : RecordIdentity.key(tuple: [base, String(notices.count)]))
    }

    /// The product, with what the record itself says about it, and whether it says anything.
    mutating func scanner(_ plan: ScannerPlan, _ item: Int) -> (scanner: Scanner, isSaid: Bool) {
        let name = evaluator.text(plan.name, item)
        let feature = evaluator.text(plan.feature, item)
        let scanner = Scanner(vendorName: evaluator.plan.vendor, name: name ?? evaluator.plan.product, feature: feature)
        return (scanner, name != nil || feature != nil)
    }
}
