/// Positions in the paths of a set of rules: those that a walk through a document has reached.
struct PlaceSet: Equatable, Sendable {
    /// Bits for positions; a path never runs over from one word into the next.
    var words: SIMD4<UInt64>

    static let wordCount = 4
    static let none = PlaceSet(words: .zero)

    @inline(__always) var isEmpty: Bool { words == .zero }

    @inline(__always) static func & (left: PlaceSet, right: PlaceSet) -> PlaceSet { PlaceSet(words: left.words & right.words) }
    @inline(__always) static func | (left: PlaceSet, right: PlaceSet) -> PlaceSet { PlaceSet(words: left.words | right.words) }
    @inline(__always) var advanced: PlaceSet { PlaceSet(words: words &<< 1) }
    @inline(__always) func subtracting(_ other: PlaceSet) -> PlaceSet { PlaceSet(words: words & ~other.words) }

    mutating func insert(_ position: Int) { words[position / 64] |= 1 << UInt64(position % 64) }
}
