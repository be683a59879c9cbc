import FindingModel
import Formats
import JSONDocument

/// What a message says about one change: two lines at most.
///
/// Reads only the members it shows and takes whatever is there, so that no record can keep a message from being sent.
struct SlackLine {
    private let change: Change
    private let record: JSONValue

    init(_ change: Change) {
        self.change = change
        record = (try? JSONValue(parsing: change.data.bytes)) ?? .null
    }

    /// mrkdwn of at most `limit` scalars, from 200.
    func text(limit: Int) -> String {
        let places = Self.escaped(details.joined(separator: " · "), limit: limit / 3)
        let head = "\(mark)*\(heading)* "
        let title = Self.escaped(title, limit: max(40, limit - limit / 3 - head.unicodeScalars.count - 2))
        return places.isEmpty ? head + title : "\(head)\(title)\n\(places)"
    }

    /// `text` as mrkdwn of at most `limit` scalars; whatever is invisible becomes one space.
    static func escaped(_ text: String, limit: Int) -> String {
        SlackText.mrkdwn(AnswerText.line(Array(text.utf8.prefix(limit * 4)), limit: limit), limit: limit)
    }

    /// Only words that the gateway itself knows: the severity, and the change's type without its kind.
    private var heading: String {
        let type = Self.escaped(change.type.split(separator: ".", maxSplits: 1).last.map(String.init) ?? "", limit: 80)
        guard let severity else { return "\(change.kind.rawValue) \(type)" }
        return "\(severity.word) \(type)"
    }

    private var mark: String {
        switch severity {
        case .critical: ":red_circle: "
        case .high: ":large_orange_circle: "
        case .medium: ":large_yellow_circle: "
        case .low, .info: ":large_blue_circle: "
        case .unknown: ":white_circle: "
        case nil: ""
        }
    }

    private var severity: Severity? { record["severity"]?.stringValue.flatMap { Severity(word: $0) } }

    private var title: String {
        for name in ["title", "name", "summary"] {
            if let text = record[name]?.stringValue, !text.isEmpty { return text }
        }
        return change.subject
    }

    private var details: [String] {
        var details: [String] = []
        let resources = record["resources"]?.arrayValue ?? record["resource"].map { [$0] } ?? []
        if let place = resources.first.flatMap(Self.place) { details.append(resources.count > 1 ? "\(place) and \(resources.count - 1) more" : place) }
        if let targets = record["scope"]?["targets"]?.arrayValue, let target = targets.first?.stringValue {
            details.append(targets.count > 1 ? "\(target) and \(targets.count - 1) more" : target)
        }
        if let scanner = record["scanner"]?["name"]?.stringValue { details.append(scanner) }
        details.append(change.source)
        details.append(change.subject)
        return details
    }

    private static func place(_ resource: JSONValue) -> String? {
        for name in ["url", "name", "hostname", "ip", "uid"] {
            if let text = resource[name]?.stringValue, !text.isEmpty { return text }
        }
        return nil
    }
}
