import struct Adapters.LabelledSecret
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

    /// The URL that a reference leads to.
    static func readSecret(_ node: YAMLNode, _ what: String, _ context: inout SettingsContext) -> OutboundURL? {
        guard let secret = context.secret(node, what) else { return nil }
        do throws(TransportError) {
            return try OutboundURL(String(decoding: secret.value, as: UTF8.self))
        } catch {
            context.issues.error(node, "\(what): \(secret.label): \(error.message)")
            return nil
        }
    }
}
