import JSONDocument

/// The body of a `recovery` entry: the journal's tag from this entry on, and what was lost, if anything was.
///
/// One stands at the beginning of every opening for writing, before any other entry, so that no copy of a journal gives a change the id that another
/// gave.
package struct RecoveryNote: Equatable, Sendable {
    /// Why the entry was written.
    package enum Reason: Equatable, Sendable {
        /// The journal was made.
        case created
        /// It was opened for writing, and nothing was wrong.
        case started
        /// The last segment had an unfinished end, or damaged places.
        case recovered
        /// What the entries up to `entry` amount to is made again by the rules of that number, which are not those that it was made by first.
        case remade(entry: UInt64, rules: Int)
        /// The tag was replaced, for a reason in words; earlier versions wrote this.
        case retagged(String)
    }

    /// Bytes that were taken off a segment's end.
    package struct Cut: Equatable, Sendable {
        package let segment: String
        package let offset: Int
        package let bytes: Int
        /// The file below the journal's directory that keeps them.
        package let file: String
    }

    /// A place that was passed over.
    package struct Damage: Equatable, Sendable {
        package let segment: String
        package let offset: Int
        /// The first and last number that cannot be read there; nothing where no number is missing.
        package let numbers: ClosedRange<UInt64>?
    }

    package let tag: String
    package let reason: Reason
    package var cut: Cut?
    package var damaged: [Damage] = []
    /// For what is made again: the entry that says that some were lost, where what they had made still shows in it.
    package var lost: UInt64?

    package init(tag: String, reason: Reason, cut: Cut? = nil, damaged: [Damage] = []) {
        self.tag = tag
        self.reason = reason
        self.cut = cut
        self.damaged = damaged
    }

    /// Reads the body of a `recovery` entry; nothing unless it holds a tag.
    package init?(parsing body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), let tag = value["tag"]?.stringValue, JournalTag.isValid(tag) else { return nil }
        self.tag = tag
        switch value["reason"]?.stringValue {
        case "created": reason = .created
        case "started": reason = .started
        case "recovered": reason = .recovered
        case "remade":
            guard let entry = value.entryNumber("remade"), let rules = value.integer("rules") else { return nil }
            reason = .remade(entry: entry, rules: rules)
        case let text: reason = .retagged(value["why"]?.stringValue ?? text ?? "")
        }
        lost = value.entryNumber("lost")
        if let cut = value["cut"], let segment = cut["segment"]?.stringValue, let offset = cut.integer("offset"), let bytes = cut.integer("bytes") {
            self.cut = Cut(segment: segment, offset: offset, bytes: bytes, file: cut["file"]?.stringValue ?? "")
        }
        for damage in value["damaged"]?.arrayValue ?? [] {
            guard let segment = damage["segment"]?.stringValue, let offset = damage.integer("offset") else { continue }
            damaged.append(Damage(segment: segment, offset: offset, numbers: damage.numbers))
        }
    }

    /// The body of the entry.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("tag")
        writer.string(tag)
        writer.key("reason")
        switch reason {
        case .created: writer.string("created")
        case .started: writer.string("started")
        case .recovered: writer.string("recovered")
        case .remade(let entry, let rules):
            writer.string("remade")
            writer.key("remade")
            writer.unsigned(entry)
            writer.key("rules")
            writer.integer(Int64(rules))
        case .retagged(let why):
            writer.string("retagged")
            writer.key("why")
            writer.string(why)
        }
        if let lost {
            writer.key("lost")
            writer.unsigned(lost)
        }
        if let cut {
            writer.key("cut")
            writer.beginObject()
            writer.place(cut.segment, cut.offset)
            writer.key("bytes")
            writer.integer(Int64(cut.bytes))
            writer.key("file")
            writer.string(cut.file)
            writer.endObject()
        }
        if !damaged.isEmpty {
            writer.key("damaged")
            writer.beginArray()
            for damage in damaged {
                writer.beginObject()
                writer.place(damage.segment, damage.offset)
                if let numbers = damage.numbers {
                    writer.key("first")
                    writer.unsigned(numbers.lowerBound)
                    writer.key("last")
                    writer.unsigned(numbers.upperBound)
                }
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func place(_ segment: String, _ offset: Int) {
        key("segment")
        string(segment)
        key("offset")
        integer(Int64(offset))
    }
}

extension JSONValue {
    /// A member that is a whole number of at least 0.
    func integer(_ name: String) -> Int? {
        guard let number = self[name]?.integerValue, number >= 0 else { return nil }
        return Int(exactly: number)
    }

    /// A member that is an entry's number, written as a number or as a decimal string.
    func entryNumber(_ name: String) -> UInt64? {
        switch self[name] {
        case .number(let digits), .string(let digits): UInt64(digits)
        default: nil
        }
    }

    fileprivate var numbers: ClosedRange<UInt64>? {
        guard let first = entryNumber("first"), let last = entryNumber("last"), first <= last else { return nil }
        return first...last
    }
}
