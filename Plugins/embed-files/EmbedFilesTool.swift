import Foundation

/// Arguments: the Swift file to write, the type's name, then for each list `--list`, its name and the label of its texts, and for each file
/// its name and path.
@main struct EmbedFilesTool {
    static func main() throws {
        var arguments = CommandLine.arguments.dropFirst()
        guard let output = arguments.popFirst(), let type = arguments.popFirst() else {
            FileHandle.standardError.write(Data("usage: embed-files OUTPUT TYPE (--list NAME LABEL (FILE-NAME PATH)...)...\n".utf8))
            exit(2)
        }
        var text = "import Foundation\n\n/// Files of the repository, as they were when the program was built.\npackage enum \(type) {\n"
        var isOpen = false
        while let name = arguments.popFirst() {
            if name == "--list", let list = arguments.popFirst(), let label = arguments.popFirst() {
                if isOpen { text += "    ]\n\n" }
                text += "    /// Names and contents, in the order of the names.\n    package static let \(list): [(name: String, \(label): String)] = [\n"
                isOpen = true
            } else if let path = arguments.popFirst() {
                let content = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
                // Base-64 needs no escaping rules to be right for every text.
                text += "        (\"\(name)\", decoded(\"\(Data(content.utf8).base64EncodedString())\")),\n"
            }
        }
        if isOpen { text += "    ]\n\n" }
        text += """
                private static func decoded(_ base64: String) -> String {
                    String(decoding: Data(base64Encoded: base64) ?? Data(), as: UTF8.self)
                }
            }

            """
        try text.write(toFile: output, atomically: true, encoding: .utf8)
    }
}
