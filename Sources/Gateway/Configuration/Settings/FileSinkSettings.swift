import YAMLDocument

/// A file of changes, one JSON object a line.
package struct FileSinkSettings: Equatable, Sendable {
    /// Absolute.
    package var path: String
    /// Bytes after which a new file is begun; nothing: one file.
    package var rotate: Int64?
    /// Older files kept beside the current one.
    package var keep = 10

    package init(path: String, rotate: Int64? = nil, keep: Int = 10) {
        self.path = path
        self.rotate = rotate
        self.keep = keep
    }
}

extension FileSinkSettings {
    static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> FileSinkSettings? {
        let path = context.path(reader.require("path", what, &context.issues), "path")
        let rotate = context.bytes(reader.take("rotate"), "rotate", 64 << 10...1 << 44)
        let keepNode = reader.take("keep")
        let keep = context.integer(keepNode, "keep", 1...100_000)
        if let keepNode, reader.take("rotate") == nil { context.issues.warning(keepNode, "keep has no effect without 'rotate'") }
        guard let path else { return nil }
        var settings = FileSinkSettings(path: path, rotate: rotate)
        if let keep { settings.keep = keep }
        return settings
    }
}
