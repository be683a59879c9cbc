import CurlTransport
import Delivery
import FindingModel
import Formats

/// The mail that shows a batch: a line that counts, then an entry for each change.
struct EmailDigest {
    private let batch: [Change]
    private let entries: [EmailEntry]
    private let sink: String
    private let options: EmailSinkOptions
    /// What the reader must know about the mails themselves.
    private let note: String?

    /// Bytes of a whole mail.
    static let bytesMax = 256 << 10
    /// Scalars of one value of a vendor's; the first with which the mail is small enough.
    static let limits = [1000, 400, 160, 60]

    init(_ batch: [Change], of sink: String, _ options: EmailSinkOptions, note: String? = nil) {
        self.batch = batch
        entries = batch.map { EmailEntry($0) }
        self.sink = sink
        self.options = options
        self.note = note
    }

    /// The message; nothing when it is too large however short its values are, which a single change never is.
    func message(at now: Timestamp, version: String) -> [UInt8]? {
        for limit in Self.limits {
            let bytes = message(at: now, version: version, limit: limit).bytes
            if bytes.count <= Self.bytesMax { return bytes }
        }
        return nil
    }

    private func message(at now: Timestamp, version: String, limit: Int) -> MailMessage {
        var message = MailMessage(
            date: now, sender: options.sender, recipients: options.recipients, subject: "\(options.subjectPrefix) \(subject)", messageID: messageID,
            text: text(limit: limit, version: version), html: html(limit: limit, version: version))
        message.extra.append(("X-Weir-Sink", sink))
        if let severity = entries.compactMap(\.severity).max(by: { $0.rawValue < $1.rawValue }) { message.extra.append(("X-Weir-Severity", severity.word)) }
        return message
    }

    /// The first change's id, the last one's sequence, how many there are and whose mail it is: the same in every repetition, and another for
    /// every other mail, whatever the routes of two sinks let through.
    private var messageID: String {
        let text = "\(batch.first?.id ?? "")_\(batch.last?.sequence ?? 0).\(batch.count).\(sink)"
        let safe = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): byte
            default: UInt8(ascii: "_")
            }
        }
        return "\(String(decoding: safe.prefix(200), as: UTF8.self))@\(MailAddress.domain(of: options.sender))"
    }

    /// `high: SQL injection (open)`, or the headline of several changes.
    private var subject: String {
        guard entries.count == 1, let entry = entries.first else { return headline }
        let title = entry.title(limit: 120)
        switch entry.kind {
        case .finding: return "\(entry.severity?.word ?? "unknown"): \(title) (\(entry.status ?? entry.what))"
        case .scan: return "scan \(entry.what): \(title)"
        case .notice: return title
        }
    }

    /// `5 changes: 1 critical, 2 high, 1 scan, 1 notice`.
    private var headline: String {
        let severities = Severity.allCases.reversed().map { severity in (severity.word, entries.count { $0.severity == severity }) }
        let others = [("scan", "scans", RecordKind.scan), ("notice", "notices", .notice), ("finding without severity", "findings without severity", .finding)]
        let rest = others.map { one, many, kind in
            let count = entries.count { $0.severity == nil && $0.kind == kind }
            return (count == 1 ? one : many, count)
        }
        let counts = (severities + rest).filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        return "\(entries.count) \(entries.count == 1 ? "change" : "changes"): \(counts)"
    }

    private func footer(_ version: String) -> String {
        "Sent by Weir \(version), sink \(sink). Each change has its own id; a mail that comes twice has the same Message-ID."
    }
}

extension EmailDigest {
    private func text(limit: Int, version: String) -> String {
        var text = "\(headline)\n"
        for (index, entry) in entries.enumerated() {
            text += "\n\(index + 1). \(entry.heading): \(entry.title(limit: max(limit, 80)))\n"
            for row in entry.rows(limit: limit) { text += "   \(row.name): \(row.value)\n" }
        }
        if let note { text += "\nNote: \(note)\n" }
        return text + "\n-- \n\(footer(version))\n"
    }

    /// Nothing that is loaded, linked or run: what a mail shows is what it holds.
    private func html(limit: Int, version: String) -> String {
        var html = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Weir</title><style>
            body{font-family:sans-serif} h2{font-size:1em;margin:1.2em 0 .2em} th{text-align:left;vertical-align:top;font-weight:normal;color:#666;padding-right:1em}
            td{overflow-wrap:anywhere} .critical,.high{color:#b00} .medium{color:#a60} footer{color:#666;margin-top:2em;font-size:.85em}
            </style></head><body>
            <p>\(HTMLText.escape(headline))</p>

            """
        for entry in entries {
            let title = HTMLText.escape(entry.title(limit: max(limit, 80)))
            html += "<h2><span class=\"\(entry.severity?.word ?? "none")\">\(HTMLText.escape(entry.heading))</span>: \(title)</h2>\n<table>\n"
            for row in entry.rows(limit: limit) { html += "<tr><th>\(row.name)</th><td>\(HTMLText.escape(row.value))</td></tr>\n" }
            html += "</table>\n"
        }
        if let note { html += "<p>Note: \(HTMLText.escape(note))</p>\n" }
        return html + "<footer>\(HTMLText.escape(footer(version)))</footer>\n</body></html>\n"
    }
}
