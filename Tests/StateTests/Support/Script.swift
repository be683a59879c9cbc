import Adapters
import FindingModel
import Journal

@testable import State

/// What receipts mean in a test: a receipt's body is the name of one of these.
struct Script: Sendable {
    typealias Line = @Sendable (_ entry: Entry, _ generation: UInt64) -> MappedEvent

    var lines: [String: Line] = [:]
    /// The sources that a configuration does not have, by its number.
    var missing: [UInt64: Set<String>] = [:]
    var scope = KeyScope(vendor: Making.vendor, account: Making.account)

    mutating func add(_ name: String, _ line: @escaping Line) { lines[name] = line }

    /// An event with one record.
    mutating func add(
        _ name: String, key: String? = nil, at seconds: Int64? = nil, rank: Int = 0, kind: String = "event", drift: [Drift] = [],
        _ record: @escaping @Sendable (Entry) -> MappedRecord
    ) {
        add(name) { entry, _ in
            MappedEvent(
                key: key, kind: kind, kindRank: rank, time: seconds.map { Making.time($0) }, latestTime: seconds.map { Making.time($0) }, ignored: false,
                records: [record(entry)], drift: drift)
        }
    }

    func mapper() -> any ReceiptMapper { ScriptMapper(script: self) }
}

private struct ScriptMapper: ReceiptMapper {
    let script: Script

    func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt {
        if script.missing[generation]?.contains(entry.source) == true { return .unreadable }
        guard let line = script.lines[String(decoding: body, as: UTF8.self)] else { return .unreadable }
        return .event(line(entry, generation), scope: script.scope)
    }

    func knows(_ source: String, generation: UInt64) throws(StateError) -> Bool { script.missing[generation]?.contains(source) != true }
}

/// Findings and scans by the few words that tests are about.
extension MappedRecord {
    static func finding(_ entry: Entry, _ key: String = "1", _ status: FindingStatus? = .open, severity: Severity? = nil) -> MappedRecord {
        var says: FindingFields = []
        if status != nil { says.insert(.status) }
        if severity != nil { says.insert(.severity) }
        let finding = Making.finding(key, receipt: entry.number) {
            $0.status = status ?? .unknown
            $0.severity = severity ?? .unknown
        }
        return .finding(finding, says: says)
    }

    static func scan(_ entry: Entry, _ key: String = "1", _ status: ScanStatus, progress: Int64? = nil, closed: [String] = []) -> MappedRecord {
        var says: ScanFields = [.status]
        if progress != nil { says.insert(.progress) }
        if !closed.isEmpty { says.insert(.findingUIDs) }
        let scan = Making.scan(key, receipt: entry.number) {
            $0.status = status
            $0.progress = progress
            if !closed.isEmpty { $0.findingUIDs = .init(closed: closed.map { Making.uid(.finding, $0) }) }
        }
        return .scan(scan, says: says)
    }
}
