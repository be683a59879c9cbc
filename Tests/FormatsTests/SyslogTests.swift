import FindingModel
import Testing

@testable import Formats

/// Messages of RFC 5424, read as a receiver reads them.
struct SyslogTests {
    private static func message(_ text: [UInt8] = Array("{}".utf8)) -> SyslogMessage {
        SyslogMessage(severity: .error, time: Timestamp(milliseconds: 1_772_445_600_000), hostname: "gateway", messageID: "finding.opened", text: text)
    }

    @Test func aMessageIsWrittenAsTheStandardSays() {
        var message = Self.message()
        #expect(String(decoding: message.bytes, as: UTF8.self) == "<131>1 2026-03-02T10:00:00.000Z gateway weir - finding.opened - \u{feff}{}")
        message.structuredData = [(id: "weir@32473", parameters: [(name: "id", value: #"a"b\c]d"#), (name: "n", value: "é\n")])]
        message.hasByteOrderMark = false
        #expect(message.bytes.suffix(4).elementsEqual("] {}".utf8))
        message.hasByteOrderMark = true
        message.processID = "7"
        message.facility = 99
        #expect(
            String(decoding: message.bytes, as: UTF8.self)
                == #"<187>1 2026-03-02T10:00:00.000Z gateway weir 7 finding.opened [weir@32473 id="a\"b\\c\]d" n="é "] "# + "\u{feff}{}")
        #expect(message.frame(.octetCounting) == Array("\(message.bytes.count) ".utf8) + message.bytes)
    }

    /// Splits a stream of frames by their counts.
    private static func split(_ stream: [UInt8]) -> [[UInt8]]? {
        var frames: [[UInt8]] = [], rest = stream[...]
        while !rest.isEmpty {
            guard let space = rest.firstIndex(of: 0x20), let count = Int(String(decoding: rest[..<space], as: UTF8.self)), count <= rest.endIndex - space - 1
            else {
                return nil
            }
            frames.append(Array(rest[(space + 1)..<(space + 1 + count)]))
            rest = rest[(space + 1 + count)...]
        }
        return frames
    }

    /// The header fields, the parameters of the structured data, and the text.
    private static func parse(_ message: [UInt8]) -> (header: [String], parameters: [String], text: [UInt8])? {
        var fields: [String] = [], rest = message[...]
        for _ in 0..<6 {
            guard let space = rest.firstIndex(of: 0x20) else { return nil }
            fields.append(String(decoding: rest[..<space], as: UTF8.self))
            rest = rest[(space + 1)...]
        }
        var parameters: [String] = []
        if rest.first == UInt8(ascii: "-") {
            rest = rest.dropFirst()
        } else {
            while rest.first == UInt8(ascii: "[") {
                var value: [UInt8] = [], isInside = false
                rest = rest.dropFirst()
                while let byte = rest.popFirst() {
                    if isInside, byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
                        value.append(next)
                    } else if byte == UInt8(ascii: "\"") {
                        if isInside { parameters.append(String(decoding: value, as: UTF8.self)) }
                        (value, isInside) = ([], !isInside)
                    } else if isInside {
                        value.append(byte)
                    } else if byte == UInt8(ascii: "]") {
                        break
                    }
                }
            }
        }
        guard rest.popFirst() == 0x20, rest.prefix(3).elementsEqual([0xef, 0xbb, 0xbf]) else { return nil }
        return (fields, parameters, Array(rest.dropFirst(3)))
    }

    /// A value as a parameter can hold it: control characters are spaces.
    private static func plain(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { plain.append(scalar.isControl ? " " : scalar) }
        return String(plain)
    }

    @Test(arguments: Array(UInt64(1)...300)) func hostileTextChangesNoStructure(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var messages: [SyslogMessage] = [], stream: [UInt8] = []
        for _ in 0..<5 {
            var message = Self.message(Array(HostileText.make(&random, pieces: 0...20).utf8))
            (message.hostname, message.appName, message.processID, message.messageID) = (
                HostileText.make(&random, pieces: 0...60), HostileText.make(&random), HostileText.make(&random, pieces: 0...3), HostileText.make(&random)
            )
            message.structuredData = [
                (
                    id: HostileText.make(&random),
                    parameters: [(name: HostileText.make(&random), value: HostileText.make(&random)), (name: "b", value: HostileText.make(&random))]
                )
            ]
            messages.append(message)
            stream += message.frame(.octetCounting)
        }
        let frames = try #require(Self.split(stream))
        #expect(frames.count == messages.count)
        for (frame, message) in zip(frames, messages) {
            let parsed = try #require(Self.parse(frame))
            #expect(parsed.header.count == 6 && parsed.header[0] == "<131>1" && parsed.text == message.text)
            for (field, length) in zip(parsed.header.dropFirst(2), [255, 48, 128, 32]) {
                #expect((1...length).contains(field.utf8.count) && field.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
            }
            let values = message.structuredData.flatMap { $0.parameters }.map { Self.plain($0.value) }
            #expect(parsed.parameters.map { Array($0.utf8) } == values.map { Array($0.utf8) })
        }
    }

    @Test(arguments: zip(Severity.allCases, [SyslogMessage.Severity.warning, .informational, .notice, .warning, .error, .critical]))
    func severitiesHaveAnUrgency(severity: Severity, expected: SyslogMessage.Severity) { #expect(SyslogMessage.Severity(severity) == expected) }
}
