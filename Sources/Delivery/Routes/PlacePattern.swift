import FindingModel

/// A pattern for places: as they are written, without the case of ASCII letters, or in the form by which hosts are compared.
package struct PlacePattern: Hashable, Sendable {
    private let written: WildcardPattern
    private let comparable: WildcardPattern

    package init(_ text: String) {
        written = WildcardPattern(text, ignoresCase: true)
        comparable = WildcardPattern(PlaceName.comparable(text))
    }

    /// Whether any of the patterns describes the place.
    static func match(_ patterns: [PlacePattern], _ name: String) -> Bool {
        if patterns.contains(where: { $0.written.matches(name) }) { return true }
        let form = PlaceName.comparable(name)
        return patterns.contains { $0.comparable.matches(form) }
    }
}
