import JSONDocument

/// The body of the `decision` entry by which a person has an entry's body erased.
package struct EraseDecision: Equatable, Sendable {
    /// The entry whose body goes.
    package let number: UInt64
    package let reason: String
    package let who: String
    /// How many changes the receipt had made by then: a rebuild, which cannot make them again, leaves their sequence numbers out.
    package let changes: UInt64
    /// What stays of the receipt, as JSON for whoever projects it; empty where nothing does.
    package let husk: [UInt8]
    /// Whether the husk says that it is not all.
    package private(set) var isPartial = false

    package init(number: UInt64, reason: String, who: String, changes: UInt64 = 0, husk: [UInt8] = []) {
        self.number = number
        self.reason = reason
        self.who = who
        self.changes = changes
        self.husk = husk
    }

    /// Reads the body of a `decision` entry; nothing when it decides something else.
    package init?(parsing body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), value["action"]?.stringValue == "erase", let number = value.entryNumber("number")
        else { return nil }
        self.init(
            number: number, reason: value["reason"]?.stringValue ?? "", who: value["who"]?.stringValue ?? "", changes: value.entryNumber("changes") ?? 0,
            husk: value["husk"]?.bytes ?? [])
        isPartial = value["husk"]?["partial"]?.boolValue ?? false
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("action")
        writer.string("erase")
        writer.key("number")
        writer.unsigned(number)
        writer.key("reason")
        writer.string(reason)
        writer.key("who")
        writer.string(who)
        if changes > 0 {
            writer.key("changes")
            writer.unsigned(changes)
        }
        if !husk.isEmpty {
            writer.key("husk")
            writer.raw(husk)
        }
        writer.endObject()
        return writer.bytes
    }
}
