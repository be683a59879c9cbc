import JSONDocument

/// One thing that must not reach the journal.
package enum RedactionRule: Hashable, Sendable {
    /// The values at these places.
    case remove([Path])
    /// Every member but the named ones of the objects at this place.
    case keep(in: Path, names: [String])
    /// The values of HTTP header lines with these names, in every text at or below this place.
    case httpHeaders(in: Path, names: [String])
}

extension RedactionRule {
    /// The rule as a configuration entry keeps it: a list of paths, or an object as the manifest writes it.
    package var json: JSONValue {
        func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        switch self {
        case .remove(let paths): return strings(paths.map(\.text))
        case .keep(let place, let names): return .object([.init(name: "in", value: .string(place.text)), .init(name: "keep", value: strings(names))])
        case .httpHeaders(let place, let names):
            return .object([.init(name: "in", value: .string(place.text)), .init(name: "http-headers", value: strings(names))])
        }
    }

    /// The rule that `json` wrote; nothing for anything else.
    package init?(json: JSONValue) {
        func strings(_ value: JSONValue?) -> [String]? {
            guard let items = value?.arrayValue else { return nil }
            let texts = items.compactMap(\.stringValue)
            return texts.count == items.count ? texts : nil
        }
        func path(_ text: String) -> Path? { try? Path.parse(text).get() }
        if let texts = strings(json) {
            let paths = texts.compactMap(path)
            guard paths.count == texts.count else { return nil }
            self = .remove(paths)
        } else if let place = json["in"]?.stringValue.flatMap(path), let names = strings(json["keep"]) {
            self = .keep(in: place, names: names)
        } else if let place = json["in"]?.stringValue.flatMap(path), let names = strings(json["http-headers"]) {
            self = .httpHeaders(in: place, names: names)
        } else {
            return nil
        }
    }
}
