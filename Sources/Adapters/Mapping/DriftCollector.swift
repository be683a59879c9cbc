/// Gathers the drift of one event: each place once, and no more of them than a hostile body should cost.
struct DriftCollector {
    /// Places of one event; what comes after is `other`.
    static let limit = 1000
    /// Bytes of a vendor's name or word in a place.
    static let wordLimit = 64

    private struct Field: Hashable {
        var place: Int
        var name: UInt64
    }

    private(set) var found: [Drift] = []
    private var seen: Set<Drift> = []
    private var fields: Set<Field> = []

    mutating func add(_ kind: Drift.Kind, _ place: String) {
        let drift = found.count < Self.limit ? Drift(kind: kind, place: place) : Drift(kind: kind, place: "other")
        if seen.insert(drift).inserted { found.append(drift) }
    }

    /// Adds the unknown member `name`, whose hash is `hash`, of the object at the place of that number.
    mutating func addField(_ name: UnsafeRawBufferPointer, hash: UInt64, below number: Int, places: [String]) {
        guard fields.count <= Self.limit, fields.insert(Field(place: number, name: hash)).inserted else { return }
        add(.field, places[number] + "." + PathText.written(Self.shortened(name)))
    }

    /// Adds the unknown word `word` at `place`.
    mutating func addWord(_ word: String, at place: String) { add(.enum, place + ": " + Self.shortened(word)) }

    /// The beginning of a vendor's text.
    static func shortened(_ text: String) -> String {
        var text = text
        return text.withUTF8 { shortened(UnsafeRawBufferPointer($0)) }
    }

    static func shortened(_ text: UnsafeRawBufferPointer) -> String {
        text.count <= wordLimit ? String(decoding: text, as: UTF8.self) : String(decoding: text.prefix(wordLimit), as: UTF8.self) + "…"
    }
}
