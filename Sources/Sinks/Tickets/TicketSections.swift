import FindingModel

/// What a new ticket says about a finding, without any system's markup: sections of lines, all of them vendor text.
struct TicketSections {
    struct Section {
        /// Empty for the first and the last one.
        let heading: String
        let lines: [String]
        let isList: Bool
    }

    private(set) var sections: [Section] = []
    /// UTF-16 units that are left.
    private var units: Int

    /// At most `units` UTF-16 units of text in all; what does not fit is cut, and said to be.
    init(_ finding: Finding, mark: String, units: Int) {
        let footer = "Kept up to date by Weir: \(mark)"
        self.units = units - footer.utf16.count - 8
        add("", Self.facts(finding), isList: true)
        add("Affected", Self.list(finding.resources.map(Self.line), max: 50), isList: true)
        if let desc = finding.desc { add("Description", [BlockText.clean(desc, units: 8000)]) }
        if let remediation = finding.remediation { add("Remediation", [BlockText.clean(remediation, units: 4000)]) }
        add("Vulnerabilities", Self.list(finding.vulnerabilities.map(Self.line), max: 50), isList: true)
        add("References", Self.list(finding.vulnerabilities.flatMap(\.references).map { BlockText.line($0, units: 400) }, max: 20), isList: true)
        add("Evidence", finding.evidence.prefix(3).compactMap(\.summary).map { BlockText.clean($0, units: 1500) })
        sections.append(Section(heading: "", lines: [footer], isList: false))
    }

    private mutating func add(_ heading: String, _ lines: [String], isList: Bool = false) {
        var kept: [String] = []
        units -= heading.utf16.count + 4
        for line in lines where !line.utf8.isEmpty && units > 40 {
            let text = BlockText.clean(line, units: units)
            units -= text.utf16.count + 4
            kept.append(text)
        }
        if !kept.isEmpty { sections.append(Section(heading: heading, lines: kept, isList: isList)) }
    }

    private static func list(_ lines: [String], max: Int) -> [String] {
        lines.count > max ? lines.prefix(max) + ["and \(lines.count - max) more"] : lines
    }

    private static func facts(_ finding: Finding) -> [String] {
        let word = finding.vendorSeverity.map { " (the scanner says: \(BlockText.line($0, units: 60)))" } ?? ""
        var facts = ["Severity: \(finding.severity.word)\(word)", "Status: \(finding.status.word)"]
        facts.append("Scanner: \(BlockText.line(finding.scanner.name, units: 120)) (\(BlockText.line(finding.scanner.vendorName, units: 120)))")
        if let rule = finding.rule?.uid ?? finding.rule?.name { facts.append("Rule: \(BlockText.line(rule, units: 200))") }
        facts.append("First seen: \(finding.firstSeenTime.rfc3339)")
        return facts
    }

    private static func line(_ resource: Resource) -> String {
        var line = resource.displayName ?? "a resource without a name"
        if let ip = resource.ip, ip != line { line += " (\(ip))" }
        if let port = resource.port { line += ", port \(port)" }
        if let parameter = resource.parameter { line += ", parameter \(parameter)" }
        return BlockText.line(line, units: 400)
    }

    private static func line(_ vulnerability: Vulnerability) -> String {
        let scores = vulnerability.cvss.compactMap { cvss in cvss.baseScore.map { "CVSS \(cvss.version.map { "\($0): " } ?? "")\($0)" } }
        return BlockText.line(scores.isEmpty ? vulnerability.id : "\(vulnerability.id) (\(scores.joined(separator: ", ")))", units: 200)
    }
}
