import CurlTransport
import YAMLDocument

/// Reads URLs; a message never repeats one, because secrets stand in some.
enum URLReader {
    static func read(_ node: YAMLNode, _ what: String, _ context: inout SettingsContext) -> OutboundURL? {
        guard let text = context.word(node, what) else { return nil }
        do throws(TransportError) {
            return try OutboundURL(text)
        } catch {
            context.issues.error(node, "\(what): \(error.message)", hint: "https://host.example.com/path")
            return nil
        }
    }
}
