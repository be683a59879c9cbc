import YAMLDocument

extension GatewayConfiguration {
    /// What commands that only read need of `file`, whatever else is wrong with it: where `data:` and `journal:` are.
    ///
    /// A file that is no YAML is looked through for lines that begin so; one that says nothing means `data` beside it. Nothing when the file cannot be
    /// read, as a slip of the pen must not lead to another gateway's folder, or when no data folder is there.
    package static func dataFolder(file: String) -> GatewayConfiguration? {
        let path = FilePaths.absolute(file, in: FilePaths.workingDirectory), directory = FilePaths.folder(of: path)
        var keys: [String: String] = [:]
        guard case .success(let bytes) = FilePaths.contents(of: path, limit: YAMLDocument.sizeLimit) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        var issues = IssueCollector(file: file)
        let root = YAMLDocument.parse(text, issues: &issues)
        for key in ["data", "journal"] { keys[key] = root?[key]?.scalar ?? lineValue(key, in: text) }
        let data = FilePaths.absolute(keys["data"] ?? "data", in: directory)
        guard FilePaths.isFolder(data) else { return nil }
        let journal = keys["journal"].map { FilePaths.absolute($0, in: directory) } ?? data + "/journal"
        return GatewayConfiguration(file: file, storage: StorageSettings(data: data, journal: journal))
    }

    /// The value of a line `key: value`, without quotation marks and comment.
    private static func lineValue(_ key: String, in text: String) -> String? {
        for line in text.utf8.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) where line.starts(with: "\(key):".utf8) {
            let blank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            var value = Array(line.dropFirst(key.utf8.count + 1).drop(while: blank).prefix { $0 != UInt8(ascii: "#") })
            while value.last.map(blank) ?? false { value.removeLast() }
            if let quote = value.first, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(quote), value.count > 1, value.last == quote {
                value = Array(value.dropFirst().dropLast())
            }
            if !value.isEmpty { return String(decoding: value, as: UTF8.self) }
        }
        return nil
    }
}
