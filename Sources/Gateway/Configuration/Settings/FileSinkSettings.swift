import Delivery
import Sinks
import YAMLDocument

/// Reads the settings of a file of changes, one JSON object a line.
enum FileSinkSettings {
    static let type = SinkType(word: "file", start: .beginning) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> FileSinkOptions? {
        let path = context.path(reader.require("path", what, &context.issues), "path")
        let rotate = context.bytes(reader.take("rotate"), "rotate", 64 << 10...1 << 44)
        let keepNode = reader.take("keep")
        let keep = context.integer(keepNode, "keep", 1...100_000)
        if let keepNode, reader.take("rotate") == nil { context.issues.warning(keepNode, "keep has no effect without 'rotate'") }
        guard let path else { return nil }
        var options = FileSinkOptions(path: path)
        options.rotateBytes = rotate.map { Int($0) }
        if let keep { options.keep = keep }
        return options
    }
}
