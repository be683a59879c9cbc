import FindingModel
import JSONDocument

/// What a mail says about one change: a heading, a title, and rows of a name and a value; each is one line.
///
/// Reads only the members it shows and takes whatever is there, so that no record can keep a mail from being sent.
struct EmailEntry {
    private let change: Change
    private let record: JSONValue

    init(_ change: Change) {
        self.change = change
        record = (try? JSONValue(parsing: change.data.bytes)) ?? .null
    }

    var severity: Severity? { record["severity"]?.stringValue.flatMap { Severity(word: $0) } }

    var kind: RecordKind { change.kind }

    /// Only words that the gateway itself knows: the severity, and the change's type without its kind.
    var heading: String { "\(severity?.word ?? kind.rawValue) \(what)" }

    /// The change's type without its kind.
    var what: String { Self.line(change.type.split(separator: ".", maxSplits: 1).last.map(String.init) ?? "", limit: 40) }

    /// The record's status, where it has one.
    var status: String? { record["status"]?.stringValue.map { Self.line($0, limit: 20) } }

    /// At most `limit` scalars.
    func title(limit: Int) -> String {
        for name in ["title", "name", "summary"] {
            if let text = record[name]?.stringValue, case let line = Self.line(text, limit: limit), !line.isEmpty { return line }
        }
        return Self.line(change.subject, limit: limit)
    }

    /// Values of vendors have at most `limit` scalars each; ids and times are whole.
    func rows(limit: Int) -> [(name: String, value: String)] {
        let rows: [(name: String, value: String?)] = [
            ("Status", status), ("Resource", resources), ("Target", Self.list(record["scope"]?["targets"]?.arrayValue?.compactMap(\.stringValue) ?? [])),
            ("Scanner", scanner), ("CVE", cves), ("Link", link), ("Found", totals), ("Error", record["errors"]?.arrayValue?.first?.stringValue),
        ]
        let times = [
            ("First seen", "first_seen_time"), ("Last seen", "last_seen_time"), ("Fixed", "fixed_time"), ("Started", "start_time"), ("Ended", "end_time"),
        ].map { (name: $0.0, value: record[$0.1]?.stringValue) }
        let ids: [(name: String, value: String?)] = [("Source", change.source), ("Record", change.subject), ("Change", change.id)]
        let shown = rows.map { ($0.name, $0.value, limit) } + (times + ids).map { ($0.name, $0.value, 80) }
        return shown.compactMap { name, value, limit in
            guard let value, case let line = Self.line(value, limit: limit), !line.isEmpty else { return nil }
            return (name, line)
        }
    }

    private var resources: String? {
        let resources = record["resources"]?.arrayValue ?? record["resource"].map { [$0] } ?? []
        return Self.list(
            resources.compactMap { resource in
                ["url", "name", "hostname", "ip", "uid"].lazy.compactMap { resource[$0]?.stringValue }.first { !$0.utf8.isEmpty }
            })
    }

    private var scanner: String? {
        guard let scanner = record["scanner"], let name = scanner["name"]?.stringValue else { return nil }
        let vendor = scanner["vendor_name"]?.stringValue ?? ""
        return vendor.utf8.isEmpty || vendor == name ? name : "\(name) (\(vendor))"
    }

    private var cves: String? {
        Self.list((record["vulnerabilities"]?.arrayValue ?? []).filter { $0["type"]?.stringValue == "cve" }.compactMap { $0["id"]?.stringValue }, limit: 8)
    }

    /// A page about it, as text: whether to follow what a stranger wrote is left to the reader.
    private var link: String? {
        let references = (record["vulnerabilities"]?.arrayValue ?? []).flatMap { $0["references"]?.arrayValue ?? [] }
        return ([record["src_url"]] + references.map { $0 }).lazy.compactMap { $0?.stringValue }.first { text in
            text.utf8.starts(with: "https://".utf8) || text.utf8.starts(with: "http://".utf8)
        }
    }

    private var totals: String? {
        guard let totals = record["totals"] else { return nil }
        let counts = Severity.allCases.reversed().compactMap { severity in totals[severity.word]?.integerValue.map { "\($0) \(severity.word)" } }
        return counts.isEmpty ? totals["total"]?.integerValue.map { String($0) } : counts.joined(separator: ", ")
    }

    private static func list(_ texts: [String], limit: Int = 3) -> String? {
        guard !texts.isEmpty else { return nil }
        let shown = texts.prefix(limit).joined(separator: ", ")
        return texts.count > limit ? "\(shown) and \(texts.count - limit) more" : shown
    }

    private static func line(_ text: String, limit: Int) -> String { AnswerText.line(Array(text.utf8.prefix(limit * 8)), limit: limit) }
}
