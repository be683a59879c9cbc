import Delivery
import YAMLDocument

/// Reads what every sink of tickets has: `max-new`, `search-settle`, `on-fixed`.
enum TicketRulesReader {
    /// The rules, and what stands under `on-fixed.fields`, which each system reads in its own way.
    static func read(_ reader: inout MappingReader, _ context: inout SettingsContext) -> (rules: TicketRules, fixedFields: YAMLNode?) {
        var rules = TicketRules()
        var fields: YAMLNode?
        let form = "a number of new tickets an hour from 1 to 10000, such as 50/h"
        if let number = context.value(reader.take("max-new"), "max-new", form: form, perHour) { rules.newPerHour = number }
        if let settle = context.duration(reader.take("search-settle"), "search-settle", 1000...86_400_000) { rules.searchSettle = .milliseconds(settle) }
        if let node = reader.take("on-fixed"), let onFixed = onFixed(node, &fields, &context) { rules.onFixed = onFixed }
        return (rules, fields)
    }

    private static func perHour(_ text: String) -> Int? {
        let digits = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        if digits.count == 2, !digits[1].elementsEqual("h".utf8) { return nil }
        guard let first = digits.first, let number = DecimalText.whole(String(decoding: first, as: UTF8.self)) else { return nil }
        return Int(exactly: number).flatMap { (1...10_000).contains($0) ? $0 : nil }
    }

    /// `comment`, or `{ transition: NAME, fields: { … } }`.
    private static func onFixed(_ node: YAMLNode, _ fields: inout YAMLNode?, _ context: inout SettingsContext) -> TicketRules.OnFixed? {
        if node.scalar == "comment" { return .comment }
        guard node.members?.isEmpty == false, var reader = MappingReader(node, "on-fixed", &context.issues) else {
            let guess = Spelling.closest(to: node.scalar ?? "", in: ["comment"]).map { "did you mean '\($0)'?" }
            context.issues.error(node, "on-fixed is neither 'comment' nor a transition", hint: guess ?? "on-fixed: { transition: Done }")
            return nil
        }
        let name = reader.require("transition", "on-fixed", &context.issues).flatMap { context.word($0, "transition") }
        fields = reader.take("fields")
        reader.finish(&context.issues)
        return name.map { .transition($0) }
    }
}
