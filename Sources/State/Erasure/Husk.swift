import Adapters
import FindingModel
import Foundation
import JSONDocument

/// What stays of a receipt whose body was erased: all that its projection depends on, and none of its words.
///
/// The `decision` that erases it carries this. A projection made anew takes it in the body's place, so that states, ids and sequences stay. It is read
/// where it stands, a record at a time: as a whole it may be larger than all else that is in memory.
package struct Husk: Sendable {
    /// What one configuration made of the receipt.
    struct Form: Sendable {
        /// The `config` entry.
        let generation: UInt64
        let scope: KeyScope
        /// The event without its records, and without its key's text.
        let event: MappedEvent
        let key: EventKey?
        /// Digests of the drift's places that are gone, in the order of those that stand for them.
        let drift: [ErasedPlace]
        let list: JSONSlice

        /// The emptied records, in order.
        var records: HuskRecords { HuskRecords(list) }

        /// Whether this version can read every record.
        var isReadable: Bool {
            var count = 0
            for _ in list.elements { count += 1 }
            for _ in records { count -= 1 }
            return count == 0
        }
    }

    /// What compares the words of one record that are gone.
    struct Words: Equatable, Sendable {
        /// The hash in its stamp.
        let hash: UInt64
        let digests: ErasedGroups
    }

    let forms: [Form]
    /// The configurations that could make nothing of the receipt.
    let blank: [UInt64]

    /// What the configuration in entry `generation` made of the receipt; of one that it never was mapped with, what the last one made.
    func form(of generation: UInt64) -> Form? {
        blank.contains(generation) ? nil : forms.first { $0.generation == generation && $0.isReadable } ?? forms.last { $0.isReadable }
    }

    /// The records that any of its forms speaks of.
    package var uids: [String] { Set(forms.lazy.flatMap { $0.list.elements.lazy.compactMap { $0["record"]?["uid"]?.stringValue } }).sorted() }
}

/// The records of a husk, one at a time, up to the first that cannot be read.
final class HuskRecords: Sequence, IteratorProtocol {
    private var elements: JSONSlice.Elements
    private var parser = JSONParser()

    init(_ list: JSONSlice) { elements = list.elements }

    func next() -> (record: MappedRecord, words: Husk.Words)? {
        guard let item = elements.next(), let record = MappedRecord(husk: item, &parser) else { return nil }
        return (record, Husk.Words(item))
    }
}

/// A drift's place whose words are erased, whoever else said them.
struct ErasedPlace: Equatable, Sendable {
    private static let beginning = "(erased "

    let kind: String
    /// Of the place as it was.
    let digest: UInt64
    /// What stands there.
    let place: String

    init(kind: String, digest: UInt64, place: String) { (self.kind, self.digest, self.place) = (kind, digest, place) }

    init(digest: UInt64, at place: DriftPlace) { self.init(kind: place.kind, digest: digest, place: place.place) }

    /// What stands for those of `places`, which the receipt `entry` brought, that can hold more than the adapter's own paths.
    static func all(_ places: some Sequence<DriftPlace>, of entry: UInt64) -> [ErasedPlace] {
        let kinds = [Drift.Kind.kind, .field, .enum].map(\.rawValue)
        let words = Set(places).filter { kinds.contains($0.kind) && $0.place != DriftPlace.other.place }
        return words.sorted().enumerated().map { index, place in
            // Numbers that sort as the places did, which notices list in order.
            ErasedPlace(kind: place.kind, digest: digest(place), place: "\(beginning)\(entry).\(String(10_000 + index).dropFirst()))")
        }
    }

    /// Whether it stands for `other`.
    func standsFor(_ other: DriftPlace) -> Bool { kind == other.kind && digest == Self.digest(other) }

    /// Whether `place` is what stands for words.
    static func isOne(_ place: String) -> Bool { place.hasPrefix(beginning) }

    private static func digest(_ place: DriftPlace) -> UInt64 {
        var hash = ContentHash()
        hash.add(place.kind)
        hash.add(place.place)
        return hash.finish()
    }
}

extension DriftPlace {
    init(_ drift: Drift) { self.init(kind: drift.kind.rawValue, place: drift.place) }

    /// As notices tell it: which of several erased words stood there is nobody's to know, and is not known everywhere.
    var told: DriftPlace { ErasedPlace.isOne(place) ? DriftPlace(kind: kind, place: ErasedText.text) : self }
}

extension MappedRecord {
    /// The same without its words.
    var emptied: MappedRecord {
        switch self {
        case .finding(var finding, let says):
            var groups = FindingFields.allWords
            // A scanner that was not said is the adapter's word.
            if !says.contains(.scanner) { groups.remove(.scanner) }
            finding.erase(groups)
            return .finding(finding, says: says)
        case .scan(var scan, let says):
            scan.erase(says.contains(.scanner) ? ScanFields(ScanFields.words) : ScanFields(ScanFields.words).subtracting(.scanner))
            return .scan(scan, says: says)
        case .notice(var notice):
            notice.erase()
            return .notice(notice)
        }
    }

    /// The slots of the groups that it says and that are compared.
    var comparedSlots: [Int] {
        switch self {
        case .finding(_, let says):
            FindingFields.compared.filter { says.contains($0) || FindingFields.filled.contains($0) }.map { FindingSlots.slot(of: $0) }
        case .scan(_, let says): ScanFields.compared.filter { says.contains($0) }.map { ScanSlots.slot(of: $0) }
        case .notice: []
        }
    }

    /// What compares the words that it says.
    var digests: ErasedGroups {
        var digests = ErasedGroups()
        switch self {
        case .finding(let finding, let says):
            for group in FindingFields.compared where says.contains(group) || FindingFields.filled.contains(group) {
                digests[FindingSlots.slot(of: group)] = ContentHash.of(finding, says: group)
            }
        case .scan(let scan, let says):
            for group in ScanFields.compared where says.contains(group) { digests[ScanSlots.slot(of: group)] = ContentHash.of(scan, says: group) }
        case .notice: break
        }
        return digests
    }
}
