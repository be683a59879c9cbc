import Adapters
import YAMLDocument

/// Someone who may use the console over TCP.
package struct OperatorSettings: Sendable {
    /// What an operator may do.
    package enum Role: String, Sendable, CaseIterable {
        case read, operate
    }

    package var name: String
    package var token: LabelledSecret
    package var role: Role
}

extension OperatorSettings {
    static func read(_ node: YAMLNode?, _ context: inout SettingsContext) -> [OperatorSettings] {
        guard let node else { return [] }
        guard let members = node.members else {
            context.issues.error(node, "operators must be a mapping from names to { token, role }, not \(node.kindName)")
            return []
        }
        return members.compactMap { read($0.key, $0.value, &context) }
    }

    private static func read(_ key: YAMLNode, _ node: YAMLNode, _ context: inout SettingsContext) -> OperatorSettings? {
        let name = key.scalar ?? ""
        if !ConfiguredName.isValid(name) { context.issues.error(key, ConfiguredName.message("operator", name)) }
        guard var reader = MappingReader(node, "the operator '\(name)'", &context.issues) else { return nil }
        let tokenNode = reader.require("token", "the operator '\(name)'", &context.issues)
        let token = context.secret(tokenNode, "token", cure: .token)
        if let tokenNode, let token, token.value.count < 16 {
            context.issues.error(tokenNode, "token: \(token.label) is shorter than 16 bytes", hint: "openssl rand -hex 32")
        }
        var role = Role.read
        if let roleNode = reader.require("role", "the operator '\(name)'", &context.issues), let word = context.word(roleNode, "role") {
            if let known = Role(rawValue: word) {
                role = known
            } else {
                context.issues.unknownWord(roleNode, what: "role", known: Role.allCases.map(\.rawValue))
            }
        }
        reader.finish(&context.issues)
        return token.map { OperatorSettings(name: name, token: $0, role: role) }
    }
}
