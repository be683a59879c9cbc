import Bytes
import Adapters
import YAMLDocument

/// What the readers of settings share: the issues found so far, and the places that references lead to.
struct SettingsContext {
    var issues: IssueCollector
    /// The configuration's folder, absolute; relative paths start there.
    let directory: String
    let environment: [String: String]
    /// Whether a secret that is not there is an error; commands that only read need none.
    var needsSecrets = true

    /// `path` made absolute.
    func absolute(_ path: String) -> String {
        FilePaths.absolute(path, in: directory)
    }

    /// The text of a scalar that says something.
    mutating func word(_ node: YAMLNode, _ what: String) -> String? {
        guard let text = node.scalar else {
            issues.error(node, "\(what) must be a word, not \(node.kindName)")
            return nil
        }
        guard !text.isEmpty, !node.isEmpty else {
            issues.error(node, "\(what) is empty")
            return nil
        }
        return text
    }

    /// The elements of a list; one word alone is a list of one.
    mutating func list(_ node: YAMLNode, _ what: String) -> [YAMLNode] {
        switch node.content {
        case .sequence(let items): return items
        case .scalar where node.isEmpty:
            issues.error(node, "\(what) is empty")
            return []
        case .scalar: return [node]
        case .mapping:
            issues.error(node, "\(what) must be a list, not a mapping")
            return []
        }
    }

    /// Reads a word with `read`; `form` says in the error what it should look like.
    mutating func value<T>(_ node: YAMLNode?, _ what: String, form: String, _ read: (String) -> T?) -> T? {
        guard let node, let text = word(node, what) else { return nil }
        if let value = read(text) { return value }
        issues.error(node, "\(what): '\(text)' is not \(form)")
        return nil
    }

    mutating func duration(_ node: YAMLNode?, _ what: String, _ range: ClosedRange<Int64>) -> Int64? {
        let form = "a duration from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound)), such as 30s, 5m, 12h or 400d"
        return value(node, what, form: form) { DurationText.milliseconds($0).flatMap { range.contains($0) ? $0 : nil } }
    }

    mutating func integer(_ node: YAMLNode?, _ what: String, _ range: ClosedRange<Int>) -> Int? {
        value(node, what, form: "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            DecimalText.whole(text).flatMap { Int(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A size in bytes, not a share of a disk.
    mutating func bytes(_ node: YAMLNode?, _ what: String, _ range: ClosedRange<Int64>) -> Int64? {
        let form = "a size from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound)), such as 512KiB, 16MiB or 1GiB"
        return value(node, what, form: form) { text in
            guard case .bytes(let bytes) = ByteSize(text), range.contains(bytes) else { return nil }
            return bytes
        }
    }

    /// Whole requests per second.
    mutating func rate(_ node: YAMLNode?, _ what: String) -> Int? {
        value(node, what, form: "a rate of whole requests per second, such as 200/s") { RateText.perSecond($0).flatMap { Int(exactly: $0) } }
    }

    mutating func address(_ node: YAMLNode?, _ what: String) -> ListenAddress? {
        value(node, what, form: "an address such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8443") { ListenAddress($0) }
    }

    mutating func blocks(_ node: YAMLNode?, _ what: String) -> AddressBlockList {
        guard let node else { return AddressBlockList([]) }
        var blocks: [AddressBlock] = []
        let items = list(node, what)
        if items.isEmpty, node.items != nil { issues.error(node, "\(what): the list is empty, so no address would be in it") }
        for item in items {
            guard let text = word(item, what) else { continue }
            do throws(AddressBlockError) {
                blocks.append(try AddressBlock(text))
            } catch {
                issues.error(item, "\(what): \(error.message)", hint: error.hint)
            }
        }
        return AddressBlockList(blocks)
    }

    mutating func path(_ node: YAMLNode?, _ what: String) -> String? {
        guard let node, let text = word(node, what) else { return nil }
        guard !text.utf8.contains(0) else {
            issues.error(node, "\(what) holds a zero byte")
            return nil
        }
        return absolute(text)
    }

    /// The secret that a reference leads to.
    mutating func secret(_ node: YAMLNode?, _ what: String) -> LabelledSecret? {
        guard let node, let text = word(node, what) else { return nil }
        guard let reference = SecretReference(text) else {
            // The text is not repeated: it may be the secret itself.
            issues.error(
                node, "\(what) is not a reference", hint: "write env:NAME or file:PATH (or literal:TEXT, which everyone who reads this file then knows)")
            return nil
        }
        let label: String, value: [UInt8]
        switch reference {
        case .environment(let name):
            guard let found = environment[name] else {
                if needsSecrets { issues.error(node, "\(what): the environment variable \(name) is not set") }
                return nil
            }
            (label, value) = (text, Self.withoutNewline(Array(found.utf8)))
        case .file(let path):
            switch FilePaths.contents(of: absolute(path), limit: 64 << 10) {
            case .success(let bytes): (label, value) = (text, Self.withoutNewline(bytes))
            case .failure(let error):
                if needsSecrets { issues.error(node, "\(what): \(error.message)") }
                return nil
            }
        case .literal(let secret):
            issues.warning(node, "\(what) stands in the configuration itself", hint: "use env:NAME or file:PATH")
            (label, value) = ("literal on line \(node.line)", Array(secret.utf8))
        }
        guard !value.isEmpty else {
            issues.error(node, "\(what): \(label) is empty")
            return nil
        }
        return LabelledSecret(label: label, value: value)
    }

    /// Editors end a file with a newline that is no part of the secret.
    private static func withoutNewline(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.last == UInt8(ascii: "\n") else { return bytes }
        let rest = bytes.dropLast()
        return Array(rest.last == UInt8(ascii: "\r") ? rest.dropLast() : rest)
    }
}
