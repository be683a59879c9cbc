import Bytes
import Adapters
import FindingModel
import YAMLDocument

/// What the readers of settings share: the issues found so far, and the places that references lead to.
struct SettingsContext {
    var issues: IssueCollector
    /// The configuration's folder, absolute; relative paths start there.
    let directory: String
    let environment: [String: String]
    /// Whether a secret that is not there is an error; commands that only read need none.
    var needsSecrets = true
    /// The time by which certificates are judged.
    var now = SystemClock.now()

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

    /// Reads a word with `read`; `form` says in the error what it should look like, and `hint` what was probably meant, of what would be taken.
    mutating func value<T>(
        _ node: YAMLNode?, _ what: String, form: String, hint: (String) -> UnitHint? = { _ in nil }, _ read: (String) -> T?
    ) -> T? {
        guard let node, let text = word(node, what) else { return nil }
        if let value = read(text) { return value }
        issues.error(node, "\(what): '\(text)' is not \(form)", hint: hint(text)?.words { read($0) != nil })
        return nil
    }

    mutating func duration(_ node: YAMLNode?, _ what: String, _ range: ClosedRange<Int64>) -> Int64? {
        let form = "a duration from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound)), such as 30s, 5m, 12h or 400d"
        return value(node, what, form: form, hint: UnitHint.duration) { DurationText.milliseconds($0).flatMap { range.contains($0) ? $0 : nil } }
    }

    mutating func integer(_ node: YAMLNode?, _ what: String, _ range: ClosedRange<Int>) -> Int? {
        value(node, what, form: "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            DecimalText.whole(text).flatMap { Int(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A size in bytes, not a share of a disk.
    mutating func bytes(_ node: YAMLNode?, _ what: String, _ range: ClosedRange<Int64>) -> Int64? {
        let form = "a size from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound)), such as 512KiB, 16MiB or 1GiB"
        return value(node, what, form: form, hint: UnitHint.size) { text in
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

    /// Blocks of addresses; `wide` says in a warning what follows when they hold nearly every address.
    mutating func blocks(_ node: YAMLNode?, _ what: String, wide: String) -> AddressBlockList {
        guard let node else { return AddressBlockList([]) }
        var blocks: [AddressBlock] = []
        let items = list(node, what)
        if items.isEmpty, node.items != nil { issues.error(node, "\(what): the list is empty, so no address would be in it") }
        for item in items {
            guard let text = word(item, what) else { continue }
            do throws(AddressBlockError) {
                let block = try AddressBlock(text)
                if block.isNearlyEverything { issues.warning(item, "\(what): \(block) holds nearly every address: \(wide)") }
                blocks.append(block)
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
    ///
    /// - Parameter cure: what to do where there is none yet.
    mutating func secret(_ node: YAMLNode?, _ what: String, cure: SecretCure = .given) -> LabelledSecret? {
        guard let node, let text = word(node, what) else { return nil }
        return secret(text, at: node, what, cure: cure)
    }

    /// As `secret`, for a reference that is only a part of what stands at `node`.
    mutating func secret(_ text: String, at node: YAMLNode, _ what: String, cure: SecretCure = .given) -> LabelledSecret? {
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
                if needsSecrets { issues.error(node, "\(what): the environment variable \(name) is not set", hint: SecretCure.variable(name)) }
                return nil
            }
            (label, value) = (text, Self.withoutNewline(Array(found.utf8)))
        case .file(let path):
            switch FilePaths.contents(of: absolute(path), limit: 64 << 10) {
            case .success(let bytes):
                SecretFileChecks.run(absolute(path), node, what, &self)
                (label, value) = (text, Self.withoutNewline(bytes))
            case .failure(let error):
                if needsSecrets { issues.error(node, "\(what): \(error.message)", hint: cure.hint(absolute(path), configuration: issues.file)) }
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
        if let oddity = Self.oddity(of: value) {
            issues.warning(node, "\(what): \(label) \(oddity), which counts as a part of the secret", hint: "write the file anew with the secret alone")
        }
        return LabelledSecret(label: label, value: value)
    }

    /// What an editor or a shell may have added to a secret unseen.
    private static func oddity(of secret: [UInt8]) -> String? {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
        if secret.starts(with: [0xef, 0xbb, 0xbf]) || secret.starts(with: [0xff, 0xfe]) || secret.starts(with: [0xfe, 0xff]) {
            return "begins with a byte order mark"
        }
        if secret.last == UInt8(ascii: "\n") { return "ends with more than one newline" }
        if let last = secret.last, isBlank(last) { return "ends with a blank" }
        return secret.first.map(isBlank) == true ? "begins with a blank" : nil
    }

    /// Editors end a file with a newline that is no part of the secret.
    private static func withoutNewline(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.last == UInt8(ascii: "\n") else { return bytes }
        let rest = bytes.dropLast()
        return Array(rest.last == UInt8(ascii: "\r") ? rest.dropLast() : rest)
    }
}
