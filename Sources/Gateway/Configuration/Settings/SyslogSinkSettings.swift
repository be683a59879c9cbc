import CurlTransport
import Delivery
import Formats
import Sinks
import YAMLDocument

/// Reads the settings of a receiver of syslog.
enum SyslogSinkSettings {
    static let type = SinkType(word: "syslog", start: .beginning) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> SyslogSinkOptions? {
        let target = StreamTargetReader.read(&reader, what, &context)
        let proofNode = reader.take("confirm")
        let proof = EventSettingsReader.word(proofNode, "confirm", among: StreamTarget.Proof.allCases, &context)
        let framingNode = reader.take("framing")
        let framing = EventSettingsReader.word(framingNode, "framing", among: SyslogMessage.Framing.allCases, &context)
        if target?.address.isDatagram == true {
            if let proofNode { context.issues.error(proofNode, "confirm: nothing confirms a datagram", hint: "use tls:// or tcp://") }
            if let framingNode { context.issues.error(framingNode, "framing: each message is a datagram of its own", hint: "leave it out") }
        }
        let facility = EventSettingsReader.word(reader.take("facility"), "facility", among: SyslogFacility.allCases, &context)
        let appName = token(reader.take("app-name"), "app-name", SyslogSinkOptions.appNameLength, &context)
        let host = token(reader.take("host"), "host", SyslogSinkOptions.hostLength, &context)
        let number = context.integer(reader.take("enterprise-number"), "enterprise-number", SyslogSinkOptions.enterpriseNumbers)
        let mark = EventSettingsReader.flag(reader.take("bom"), "bom", &context)
        let batch = context.integer(reader.take("batch"), "batch", SyslogSinkOptions.batchRange)
        var events = EventSettings(format: .cef)
        EventSettingsReader.read(&reader, &events, formats: EventFormat.allCases, &context)
        guard let target else { return nil }
        var options = SyslogSinkOptions(target: target)
        if let proof { options.target.proof = proof }
        if let framing { options.framing = framing }
        if let facility { options.facility = facility }
        if let appName { options.appName = appName }
        options.host = host
        if let number { options.enterpriseNumber = number }
        if let mark { options.hasByteOrderMark = mark }
        if let batch { options.batch = batch }
        options.events = events
        return options
    }

    private static func token(_ node: YAMLNode?, _ what: String, _ length: Int, _ context: inout SettingsContext) -> String? {
        context.value(node, what, form: "1 to \(length) characters of printable ASCII without spaces") { text in
            text.utf8.count <= length && text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? text : nil
        }
    }
}
