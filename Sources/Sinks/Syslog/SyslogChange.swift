import CurlTransport
import FindingModel
import Formats
import JSONDocument

/// Makes messages of changes.
struct SyslogChange {
    let options: SyslogSinkOptions
    /// The HOSTNAME.
    let host: String

    /// Bytes of the largest message with `evidence: summary`.
    ///
    /// Receivers should take 8,192 (RFC 5425 section 4.3.1); rsyslog, as it is shipped, cuts off what is beyond 8,096.
    static let summaryBytes = 8096
    /// What of it is left to the event: the header, the structured data and the byte order mark take 484 bytes at most.
    static let eventBytes = 7600

    /// The change as one frame of the stream, or as one datagram; `parser` is used again, and the call ends its last tape.
    func frame(_ change: Change, _ event: EncodedEvent, _ parser: inout JSONParser) -> [UInt8] {
        var message = SyslogMessage(
            facility: options.facility.code, severity: Self.severity(of: change, &parser), time: options.events.stamp(of: change), hostname: host,
            appName: options.appName,
            messageID: change.type, text: event.bytes)
        message.hasByteOrderMark = options.hasByteOrderMark
        message.structuredData = [(id: "weir@\(options.enterpriseNumber)", parameters: [("id", change.id), ("uid", change.subject)])]
        return options.target.address.isDatagram ? message.bytes : message.frame(options.framing)
    }

    /// The record's severity for findings; scans and notices have none.
    ///
    /// A record that cannot be read counts as one of unknown severity.
    static func severity(of change: Change, _ parser: inout JSONParser) -> SyslogMessage.Severity {
        switch change.kind {
        case .finding:
            let word = try? parser.withTape(change.data.bytes) { tape in tape.member("severity", of: 0).map { tape.string($0) } }
            return SyslogMessage.Severity(word.flatMap { Severity(word: $0) } ?? .unknown)
        case .scan: return change.type == "scan.failed" ? .warning : .informational
        case .notice: return .notice
        }
    }
}
