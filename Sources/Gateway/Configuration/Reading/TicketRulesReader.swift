import Delivery
import YAMLDocument

/// Reads what every sink of tickets has: `max-new`, `search-settle`, `on-fixed`.
enum TicketRulesReader {
    static func read(_ reader: inout MappingReader, _ context: inout SettingsContext) -> TicketRules {
        var rules = TicketRules()
        let form = "a number of new tickets an hour from 1 to 10000, such as 50/h"
        if let number = context.value(reader.take("max-new"), "max-new", form: form, perHour) { rules.newPerHour = number }
        if let settle = context.duration(reader.take("search-settle"), "search-settle", 1000...86_400_000) { rules.searchSettle = .milliseconds(settle) }
        if let node = reader.take("on-fixed"), let onFixed = onFixed(node, &context) { rules.onFixed = onFixed }
        return rules
    }

    private static func perHour(_ text: String) -> Int? {
        let digits = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        if digits.count == 2, !digits[1].elementsEqual("h".utf8) { return nil }
        guard let first = digits.first, let number = DecimalText.whole(String(decoding: first, as: UTF8.self)) else { return nil }
        return Int(exactly: number).flatMap { (1...10_000).contains($0) ? $0 : nil }
    }

    /// `comment`, or `{ transition: NAME }`.
    private static func onFixed(_ node: YAMLNode, _ context: inout SettingsContext) -> TicketRules.OnFixed? {
        if node.scalar == "comment" { return .comment }
        guard let members = node.members, members.count == 1, members[0].key.scalar == "transition" else {
            context.issues.error(node, "on-fixed is neither 'comment' nor a transition", hint: "on-fixed: { transition: Done }")
            return nil
        }
        return context.word(members[0].value, "transition").map { .transition($0) }
    }
}
