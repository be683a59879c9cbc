import Delivery
import FindingModel

/// What a comment says, without any system's markup.
enum TicketNoteText {
    /// Lines; the last one has the change's id, by which a comment whose answer was lost is known again.
    static func lines(_ note: TicketNote) -> [String] {
        let finding = note.content.finding
        let scanner = BlockText.line(finding.scanner.name, units: 120)
        var lines: [String]
        switch note {
        case .severity(let from, let to, _): lines = ["\(scanner) now rates this as \(to.word); it was \(from.word)."]
        case .resources:
            lines = ["Other resources are affected than before. Now:"]
            lines += finding.resources.prefix(50).compactMap(\.displayName).map { "- \(BlockText.line($0, units: 400))" }
            if finding.resources.count > 50 { lines.append("- and \(finding.resources.count - 50) more") }
        case .closed: lines = [closed(finding, scanner)]
        case .reopened: lines = ["\(scanner) reports this again: it is open."]
        }
        return lines + [marker(note)]
    }

    /// ASCII without anything that JSON or a URL would write differently.
    static func marker(_ note: TicketNote) -> String { "Weir change \(note.content.changeID)" }

    private static func closed(_ finding: Finding, _ scanner: String) -> String {
        switch finding.status {
        case .fixed: "\(scanner) says that this is fixed (\((finding.fixedTime ?? finding.lastSeenTime).rfc3339))."
        case .accepted: "This risk was accepted."
        case .falsePositive: "This was found to be no finding (false positive)."
        case .ignored: "This is ignored from now on."
        case .open, .reopened, .inProgress, .unknown: "\(scanner) says: \(finding.status.word)."
        }
    }
}
