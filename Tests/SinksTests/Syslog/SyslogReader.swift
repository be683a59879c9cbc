/// A message as a receiver reads it.
struct SyslogReceived: Sendable {
    var priority = 0
    var time = ""
    var host = ""
    var appName = ""
    var processID = ""
    var messageID = ""
    var elements: [(id: String, parameters: [(name: String, value: String)])] = []
    /// Without a byte order mark.
    var text: [UInt8] = []
    var hasByteOrderMark = false
    /// Bytes of the message.
    var size = 0

    func parameter(_ name: String) -> String? { elements.first?.parameters.first { $0.name == name }?.value }
}

/// Cuts a stream into frames by their counts and reads each by the grammar of RFC 5424 section 6, to the letter.
struct SyslogReader {
    struct Violation: Error, Hashable { let message: String }

    private var buffered: [UInt8] = []

    /// Whether a frame has begun and not ended.
    var isInFrame: Bool { !buffered.isEmpty }

    /// The messages that `bytes` complete.
    mutating func take(_ bytes: some Sequence<UInt8>) throws(Violation) -> [SyslogReceived] {
        buffered += bytes
        var messages: [SyslogReceived] = []
        var start = 0
        while let (head, count) = try Self.length(buffered[start...]), buffered.count - start - head >= count {
            messages.append(try SyslogMessageReader.read(buffered[(start + head)..<(start + head + count)]))
            start += head + count
        }
        buffered.removeFirst(start)
        return messages
    }

    /// `MSG-LEN SP` (RFC 5425 section 4.3): how long it is itself, and what it says.
    private static func length(_ bytes: ArraySlice<UInt8>) throws(Violation) -> (head: Int, count: Int)? {
        let digits = bytes.prefix { (0x30...0x39).contains($0) }
        if let first = bytes.first, !(0x31...0x39).contains(first) { throw Violation(message: "a length begins with the byte \(first)") }
        guard digits.count < 10 else { throw Violation(message: "a length of too many digits") }
        guard digits.count < bytes.count else { return nil }
        guard bytes[digits.endIndex] == 0x20, let count = Int(String(decoding: digits, as: UTF8.self)) else {
            throw Violation(message: "a length ends with the byte \(bytes[digits.endIndex])")
        }
        return (digits.count + 1, count)
    }
}

/// Reads one message.
struct SyslogMessageReader {
    private var rest: ArraySlice<UInt8>

    static func read(_ bytes: ArraySlice<UInt8>) throws(SyslogReader.Violation) -> SyslogReceived {
        var reader = SyslogMessageReader(rest: bytes)
        var message = SyslogReceived()
        message.size = bytes.count
        try reader.expect("<")
        let priority = reader.token { (0x30...0x39).contains($0) }
        guard let value = Int(priority), value <= 191, String(value) == priority else { throw .init(message: "the priority \(priority)") }
        message.priority = value
        try reader.expect(">1 ")
        message.time = try reader.word(40)
        guard message.time == "-" || isTime(message.time) else { throw .init(message: "the time \(message.time)") }
        message.host = try reader.word(255)
        message.appName = try reader.word(48)
        message.processID = try reader.word(128)
        message.messageID = try reader.word(32)
        message.elements = try reader.structuredData()
        guard !reader.rest.isEmpty else { return message }
        try reader.expect(" ")
        message.hasByteOrderMark = reader.rest.prefix(3).elementsEqual([0xef, 0xbb, 0xbf])
        if message.hasByteOrderMark { reader.rest = reader.rest.dropFirst(3) }
        message.text = Array(reader.rest)
        guard String(validating: message.text, as: UTF8.self) != nil else { throw .init(message: "the text is not UTF-8") }
        return message
    }

    /// `2026-03-02T10:00:00.000Z`, the one form that is written here.
    private static func isTime(_ text: String) -> Bool {
        let shape = Array("0000-00-00T00:00:00.000Z".utf8)
        return text.utf8.count == shape.count
            && zip(text.utf8, shape).allSatisfy { byte, form in form == 0x30 ? (0x30...0x39).contains(byte) : byte == form }
    }

    private mutating func expect(_ text: String) throws(SyslogReader.Violation) {
        guard rest.prefix(text.utf8.count).elementsEqual(text.utf8) else {
            throw .init(message: "not '\(text)' before \(String(decoding: rest.prefix(40), as: UTF8.self))")
        }
        rest = rest.dropFirst(text.utf8.count)
    }

    private mutating func token(_ isPart: (UInt8) -> Bool) -> String {
        let bytes = rest.prefix(while: isPart)
        rest = rest[bytes.endIndex...]
        return String(decoding: bytes, as: UTF8.self)
    }

    /// 1 to `length` printable ASCII characters and the space behind them.
    private mutating func word(_ length: Int) throws(SyslogReader.Violation) -> String {
        let word = token { (0x21...0x7e).contains($0) }
        guard (1...length).contains(word.utf8.count) else { throw .init(message: "a field of \(word.utf8.count) characters") }
        try expect(" ")
        return word
    }

    private mutating func name() throws(SyslogReader.Violation) -> String {
        let name = token { (0x21...0x7e).contains($0) && !"=]\"".utf8.contains($0) }
        guard (1...32).contains(name.utf8.count) else { throw .init(message: "the name '\(name)'") }
        return name
    }

    private mutating func structuredData() throws(SyslogReader.Violation) -> [(id: String, parameters: [(name: String, value: String)])] {
        if rest.first == UInt8(ascii: "-") {
            rest = rest.dropFirst()
            return []
        }
        var elements: [(id: String, parameters: [(name: String, value: String)])] = []
        repeat {
            try expect("[")
            let id = try name()
            var parameters: [(name: String, value: String)] = []
            while rest.first == 0x20 {
                try expect(" ")
                let name = try name()
                parameters.append((name, try value()))
            }
            try expect("]")
            elements.append((id, parameters))
        } while rest.first == UInt8(ascii: "[")
        return elements
    }

    private mutating func value() throws(SyslogReader.Violation) -> String {
        try expect("=\"")
        var value: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "]") { throw .init(message: "a bracket that is not escaped") }
            if byte == UInt8(ascii: "\\"), let next = rest.first, "\"\\]".utf8.contains(next) {
                value.append(next)
                rest = rest.dropFirst()
            } else {
                value.append(byte)
            }
        }
        guard let text = String(validating: value, as: UTF8.self) else { throw .init(message: "a value that is not UTF-8") }
        return text
    }
}
