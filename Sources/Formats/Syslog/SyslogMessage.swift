import FindingModel

/// A message of the syslog protocol (RFC 5424).
package struct SyslogMessage: Sendable {
    /// RFC 5424 section 6.2.1, table 2; the lower, the worse.
    package enum Severity: UInt8, Sendable { case emergency, alert, critical, error, warning, notice, informational, debug }

    /// 0 to 23, and anything above counts as 23; 16 to 23 are for local use.
    package var facility: UInt8
    package var severity: Severity
    package var time: Timestamp
    package var hostname: String
    package var appName: String
    package var processID: String
    package var messageID: String
    /// Elements with their parameters in order; names are the caller's own, values may hold anything.
    package var structuredData: [(id: String, parameters: [(name: String, value: String)])] = []
    /// UTF-8 without a byte order mark, which the message puts in front.
    package var text: [UInt8]
    /// Whether the text is marked as UTF-8 (section 6.4); without the mark it may be anything to a receiver.
    package var hasByteOrderMark = true

    package init(
        facility: UInt8 = 16, severity: Severity, time: Timestamp, hostname: String, appName: String = "weir", processID: String = "", messageID: String,
        text: [UInt8]
    ) {
        self.facility = facility
        self.severity = severity
        self.time = time
        self.hostname = hostname
        self.appName = appName
        self.processID = processID
        self.messageID = messageID
        self.text = text
    }

    /// `<PRI>1 TIME HOST APP PROCID MSGID SD BOM TEXT`.
    package var bytes: [UInt8] {
        var bytes = Array("<\(min(Int(facility), 23) * 8 + Int(severity.rawValue))>1 ".utf8)
        bytes += time.rfc3339Bytes
        for (text, length) in [(hostname, 255), (appName, 48), (processID, 128), (messageID, 32)] {
            bytes.append(UInt8(ascii: " "))
            bytes += SyslogText.token(text, length: length)
        }
        bytes.append(UInt8(ascii: " "))
        appendStructuredData(to: &bytes)
        bytes.append(UInt8(ascii: " "))
        if hasByteOrderMark { bytes += [0xef, 0xbb, 0xbf] }
        return bytes + text
    }

    /// The message as a part of a stream.
    package func frame(_ framing: Framing) -> [UInt8] {
        let message = bytes
        switch framing {
        case .octetCounting: return Array("\(message.count) ".utf8) + message
        case .newline: return message.map { $0 == 0x0a || $0 == 0x0d || $0 == 0 ? 0x20 : $0 } + [0x0a]
        }
    }

    /// How a receiver tells where in a stream a message ends.
    package enum Framing: String, Sendable, CaseIterable {
        /// Its length stands in front (RFC 5425 section 4.3, RFC 6587 section 3.4.1), so that nothing in it can end it.
        case octetCounting = "octet-counting"
        /// A line feed stands behind it (RFC 6587 section 3.4.2), and none in it.
        case newline
    }

    /// An SD-NAME (section 6.3.2): a token of at most 32 characters without `=`, `]` and `"`.
    private static func name(_ text: String) -> [UInt8] {
        SyslogText.token(String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "=" && $0 != "]" && $0 != "\"" })), length: 32)
    }

    private func appendStructuredData(to bytes: inout [UInt8]) {
        guard !structuredData.isEmpty else { return bytes.append(UInt8(ascii: "-")) }
        for element in structuredData {
            bytes.append(UInt8(ascii: "["))
            bytes += Self.name(element.id)
            for parameter in element.parameters {
                bytes.append(UInt8(ascii: " "))
                bytes += Self.name(parameter.name)
                bytes += Array("=\"".utf8)
                bytes += SyslogText.parameter(parameter.value)
                bytes.append(UInt8(ascii: "\""))
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }
}

extension SyslogMessage.Severity {
    /// How urgent a change of a finding with this severity is to a receiver of logs.
    package init(_ severity: FindingModel.Severity) {
        switch severity {
        case .critical: self = .critical
        case .high: self = .error
        case .medium, .unknown: self = .warning
        case .low: self = .notice
        case .info: self = .informational
        }
    }
}
