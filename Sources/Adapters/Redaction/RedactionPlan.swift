import JSONDocument

/// The rules of an adapter and a source, ready to be followed down a document.
struct RedactionPlan: Sendable {
    /// What holds at one value.
    struct Context: Sendable {
        var places: PlaceSet
        /// Bits of the `http-headers` rules that hold here and below.
        var headers: UInt64 = 0
        /// Bits of the `keep` rules for the object here.
        var keeps: UInt64 = 0
        /// Whether a string here holds JSON.
        var isJSON = false
    }

    /// What becomes of a member.
    enum Decision {
        case gone
        case redacted
        case walked(Context)
    }

    private(set) var root: Context
    private var matcher: PlaceMatcher
    private var removed = PlaceSet.none
    private var clear = PlaceSet.none
    private var json = PlaceSet.none
    private var keepPlaces: [PlaceSet] = []
    /// Hashes of the names that each `keep` rule keeps.
    private var keepNames: [Set<UInt64>] = []
    private var headerPlaces: [PlaceSet] = []
    private var headerMasks: [HeaderMask] = []
    /// The places of rules that are not plain removals.
    private var special = PlaceSet.none

    /// Whether some string may hold JSON.
    var readsJSONInStrings: Bool { !json.isEmpty || root.isJSON }

    /// Keeps nothing of any document: one rule that keeps no member of the root.
    static let everything = RedactionPlan()

    private init() {
        matcher = PlaceMatcher(names: .exact)
        root = Context(places: matcher.start, keeps: 1)
        keepPlaces = [.none]
        keepNames = [[]]
    }

    /// Nothing when the rules have too many steps, or too many of one kind, for the sets.
    init?(_ rules: RedactionRules, extra: [RedactionRule]) {
        matcher = PlaceMatcher(names: rules.names)
        root = Context(places: .none)
        for path in rules.json where !addPath(path, to: \.json, atRoot: { $0.isJSON = true }) { return nil }
        for path in rules.clear where !addPath(path, to: \.clear, atRoot: { _ in }) { return nil }
        for rule in rules.rules + extra where !add(rule) { return nil }
        root.places = matcher.start
        special = (headerPlaces + keepPlaces).reduce(json | clear) { $0 | $1 }
    }

    private mutating func addPath(_ path: Path, to set: WritableKeyPath<RedactionPlan, PlaceSet>, atRoot: (inout Context) -> Void) -> Bool {
        if path.steps.isEmpty {
            atRoot(&root)
            return true
        }
        guard let end = matcher.add(path) else { return false }
        self[keyPath: set].insert(end)
        return true
    }

    private mutating func add(_ rule: RedactionRule) -> Bool {
        switch rule {
        case .remove(let paths):
            return paths.allSatisfy { path in
                guard let end = matcher.add(path) else { return false }
                removed.insert(end)
                return true
            }
        case .keep(let path, let names):
            let bit: UInt64 = 1 << UInt64(keepPlaces.count)
            guard bit != 0 else { return false }
            keepPlaces.append(.none)
            keepNames.append(Set(names.map { matcher.hash(of: $0) }))
            return addPath(path, to: \.keepPlaces[keepPlaces.count - 1], atRoot: { $0.keeps |= bit })
        case .httpHeaders(let path, let names):
            let bit: UInt64 = 1 << UInt64(headerPlaces.count)
            guard bit != 0 else { return false }
            headerPlaces.append(.none)
            headerMasks.append(HeaderMask(names: names))
            return addPath(path, to: \.headerPlaces[headerPlaces.count - 1], atRoot: { $0.headers |= bit })
        }
    }

    /// What becomes of the member `node` of an object at `context`.
    @inline(__always)
    func decide(_ tape: JSONTape, _ node: Int, in context: Context) -> Decision {
        let hash = matcher.hash(tape, node)
        if context.keeps != 0, !isKept(hash, by: context.keeps) { return .gone }
        let (next, ended) = matcher.step(context.places, hash: hash)
        var below = Context(places: next, headers: context.headers)
        var isClear = false
        if !ended.isEmpty {
            if !(ended & removed).isEmpty { return holdsNothing(tape, node) ? .walked(below) : .redacted }
            if !(ended & special).isEmpty {
                isClear = !(ended & clear).isEmpty
                below.isJSON = !(ended & json).isEmpty
                for index in keepPlaces.indices where !(ended & keepPlaces[index]).isEmpty { below.keeps |= 1 << UInt64(index) }
                for index in headerPlaces.indices where !(ended & headerPlaces[index]).isEmpty { below.headers |= 1 << UInt64(index) }
            }
        }
        if !isClear, SecretNames.matches(tape.key(node)), canHoldSecret(tape, node) { return .redacted }
        return .walked(below)
    }

    private func isKept(_ hash: UInt64, by keeps: UInt64) -> Bool {
        keepNames.indices.allSatisfy { keeps & (1 << UInt64($0)) == 0 || keepNames[$0].contains(hash) }
    }

    /// Whether there is nothing to redact: null, an empty text or container.
    private func holdsNothing(_ tape: JSONTape, _ node: Int) -> Bool {
        switch tape.kind(node) {
        case .null: true
        case .string: tape.text(node).isEmpty
        case .array, .object: tape.childCount(node) == 0
        case .number, .true, .false: false
        }
    }

    /// Whether a value under a secret-like name can be the secret: `has_otp: true` cannot.
    private func canHoldSecret(_ tape: JSONTape, _ node: Int) -> Bool {
        switch tape.kind(node) {
        case .true, .false: false
        default: !holdsNothing(tape, node)
        }
    }

    /// The text with the header values masked that rules in `headers` name; nothing when there was nothing to mask.
    func masked(_ text: UnsafeRawBufferPointer, headers: UInt64) -> [UInt8]? {
        var result: [UInt8]?
        for index in headerMasks.indices where headers & (1 << UInt64(index)) != 0 {
            result = result.map { $0.withUnsafeBytes { headerMasks[index].masked($0) } ?? $0 } ?? headerMasks[index].masked(text)
        }
        return result
    }
}
