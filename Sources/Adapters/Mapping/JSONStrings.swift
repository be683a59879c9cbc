import JSONDocument

/// Replaces strings that hold JSON by what they hold, so that all paths see one tree: `json:` of the adapter language.
package struct JSONStrings: Sendable {
    private struct Found {
        var source: Range<Int>
        var text: [UInt8]
    }

    /// From the document's root.
    package let paths: [Path]
    private let matching: NameMatching

    package init(paths: [Path], matching: NameMatching) {
        self.paths = paths
        self.matching = matching
    }

    /// What a body became, and where a string held no JSON.
    package struct Result {
        /// Nothing when the body stays as it is.
        package var body: [UInt8]?
        /// The paths, as the manifest writes them, at which some string held no JSON; such strings stay as they are.
        package var unreadable: [String]
    }

    /// Replaces the strings of `body`, which is JSON; ends the validity of the parser's last tape.
    package func replaced(in body: [UInt8], parser: inout JSONParser) -> Result {
        var result = Result(body: nil, unreadable: [])
        // A path may lead through a string that another path names, so each path sees what the one before it left.
        for path in paths {
            let current = result.body ?? body
            let found = strings(at: path, in: current, parser: &parser)
            let readable = found.filter { isJSON($0.text, parser: &parser) }
            if readable.count < found.count { result.unreadable.append(path.text) }
            guard !readable.isEmpty else { continue }
            let next = Self.body(current, replacing: readable)
            if isJSON(next, parser: &parser) {
                result.body = next
            } else if !result.unreadable.contains(path.text) {
                result.unreadable.append(path.text)
            }
        }
        return result
    }

    private func strings(at path: Path, in body: [UInt8], parser: inout JSONParser) -> [Found] {
        body.withUnsafeBytes { bytes in
            guard let tape = try? parser.parse(bytes) else { return [] }
            var found: [Found] = []
            collect(0, path.steps[...].map { matching.folded($0.name) }[...], tape, &found)
            return found
        }
    }

    private func collect(_ node: Int, _ steps: ArraySlice<String>, _ tape: JSONTape, _ found: inout [Found]) {
        let kind = tape.kind(node)
        if kind == .string, steps.isEmpty {
            let text = tape.text(node)
            let trimmed = ASCII.trimmed(text)
            guard !trimmed.isEmpty, !RedactionMark.isRemoved(trimmed) else { return }
            found.append(Found(source: tape.source(node), text: Array(text)))
            return
        }
        guard kind == .array || kind == .object && !steps.isEmpty else { return }
        let end = tape.next(node)
        var child = node + 1
        while child < end {
            if kind == .array {
                collect(child, steps, tape, &found)
            } else if let name = steps.first, matching.matches(tape.key(child), folded: name) {
                collect(child, steps.dropFirst(), tape, &found)
            }
            child = tape.next(child)
        }
    }

    private func isJSON(_ text: [UInt8], parser: inout JSONParser) -> Bool {
        text.withUnsafeBytes { (try? parser.parse($0)) != nil }
    }

    private static func body(_ body: [UInt8], replacing strings: [Found]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count)
        var position = 0
        for string in strings {
            bytes += body[position..<string.source.lowerBound]
            bytes += string.text
            position = string.source.upperBound
        }
        return bytes + body[position...]
    }
}
