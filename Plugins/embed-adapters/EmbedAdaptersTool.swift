import Foundation

/// Arguments: the Swift file to write, then the manifests to put into it.
@main struct EmbedAdaptersTool {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let output = arguments.first else {
            FileHandle.standardError.write(Data("usage: embed-adapters OUTPUT MANIFEST...\n".utf8))
            exit(2)
        }
        var text = """
            /// The manifests of `adapters/`, as they were when the program was built.
            enum EmbeddedAdapters {
                /// Folder name and manifest text, by name.
                static let manifests: [(name: String, yaml: String)] = [\n
            """
        for path in arguments.dropFirst() {
            let manifest = URL(fileURLWithPath: path)
            let yaml = try String(contentsOf: manifest, encoding: .utf8)
            let name = manifest.deletingLastPathComponent().lastPathComponent
            // Base-64 needs no escaping rules to be right for every manifest.
            text += "        (\"\(name)\", decoded(\"\(Data(yaml.utf8).base64EncodedString())\")),\n"
        }
        text += """
                ]

                private static func decoded(_ base64: String) -> String {
                    String(decoding: Data(base64Encoded: base64) ?? Data(), as: UTF8.self)
                }
            }

            """
        try ("import Foundation\n\n" + text).write(toFile: output, atomically: true, encoding: .utf8)
    }
}
