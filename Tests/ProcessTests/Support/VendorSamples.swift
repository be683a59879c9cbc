import Foundation
import JSONDocument
import Testing

/// The vendors' sample bodies beside the tests, and what each must become.
struct VendorSample: Sendable, CustomTestStringConvertible {
    let vendor: String
    let file: String
    let body: [UInt8]
    let expected: [JSONValue]

    /// A source of its own for each sample, so that each meets an empty account.
    var source: String { vendor + "-" + String(file.dropLast(".json".count)).map { $0.isLetter || $0.isNumber ? $0 : "-" }.lowercasedText }
    var testDescription: String { "\(vendor)/\(file)" }

    static let folder = Workspace.checkout + "/Tests/VendorSamples"

    static let all: [VendorSample] = {
        guard let bytes = FileManager.default.contents(atPath: folder + "/expected.json"), let expectations = try? JSONValue(parsing: Array(bytes)),
            let members = expectations.objectValue
        else { return [] }
        return members.compactMap { member in
            let parts = member.name.split(separator: "/").map(String.init)
            guard parts.count == 2, let body = FileManager.default.contents(atPath: "\(folder)/samples/\(member.name)") else { return nil }
            return VendorSample(vendor: parts[0], file: parts[1], body: Array(body), expected: member.value.arrayValue ?? [])
        }
    }()
}

extension [Character] {
    fileprivate var lowercasedText: String { String(self).lowercased() }
}

/// A change as it stands in the file sink.
struct SinkChange: Sendable {
    let json: JSONValue

    var id: String { json["id"]?.stringValue ?? "" }
    var type: String { json["type"]?.stringValue ?? "" }
    var source: String { json["source"]?.stringValue ?? "" }
    var sequence: UInt64 { json["sequence"]?.stringValue.flatMap { UInt64($0) } ?? 0 }

    static func lines(of bytes: [UInt8]) -> [SinkChange] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { try? SinkChange(json: JSONValue(parsing: Array($0))) }
    }

    /// Whether this change satisfies one entry of `expected.json`: a type, and facts of data by dotted path.
    func satisfies(_ expectation: JSONValue) -> Bool {
        guard let type = expectation["type"]?.stringValue, Self.matches(pattern: type, self.type) else { return false }
        return (expectation["data"]?.objectValue ?? []).allSatisfy { fact in
            guard let value = value(at: fact.name) else { return false }
            if case .string(let pattern) = fact.value {
                guard case .string(let text) = value else { return false }
                return Self.matches(pattern: pattern, text)
            }
            return value == fact.value
        }
    }

    private func value(at path: String) -> JSONValue? {
        var value = json["data"]
        for part in path.split(separator: ".").map(String.init) {
            if let index = Int(part), let array = value?.arrayValue {
                value = array.indices.contains(index) ? array[index] : nil
            } else {
                value = value?[part]
            }
        }
        return value
    }

    private static func matches(pattern: String, _ text: String) -> Bool {
        pattern.hasSuffix("*") ? text.hasPrefix(pattern.dropLast()) : text == pattern
    }
}
