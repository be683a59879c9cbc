import struct Adapters.LabelledSecret
import YAMLDocument

/// Reads secrets that are sent in a header of HTTP, where only printable ASCII can stand.
enum HeaderSecret {
    static func read(_ node: YAMLNode, _ what: String, _ context: inout SettingsContext) -> String? {
        guard let secret = context.secret(node, what) else { return nil }
        guard secret.value.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            context.issues.error(node, "\(what): \(secret.label) has white space or characters outside ASCII")
            return nil
        }
        return String(decoding: secret.value, as: UTF8.self)
    }
}
