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
    ///
    /// As large as the receipt has many records: it shares the memory of what it was read from, and nobody makes a tree of it.
    package let husk: ArraySlice<UInt8>

    package init(number: UInt64, reason: String, who: String, changes: UInt64 = 0, husk: ArraySlice<UInt8> = []) {
        self.number = number
        self.reason = reason
        self.who = who
        self.changes = changes
        self.husk = husk
    }

    /// Reads the body of a `decision` entry; nothing when it decides something else.
    package init?(parsing body: [UInt8]) {
        guard let members = JSONSlice(body[...])?.members else { return nil }
        let known = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard known["action"]?.stringValue == "erase", let number = known["number"]?.unsignedValue else { return nil }
        self.init(
            number: number, reason: known["reason"]?.stringValue ?? "", who: known["who"]?.stringValue ?? "",
            changes: known["changes"]?.unsignedValue ?? 0, husk: known["husk"]?.bytes ?? [])
    }

    /// Whether the husk says that it is not all.
    package var isPartial: Bool { JSONSlice(husk)?["partial"]?.boolValue ?? false }

    package var bytes: [UInt8] {
        var writer = JSONWriter(capacity: husk.count + 512)
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
            husk.withUnsafeBytes { writer.raw(utf8: $0) }
        }
        writer.endObject()
        return writer.take()
    }
}
