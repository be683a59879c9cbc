/// When a member's name is the name that a manifest wrote: `names:` of the adapter language.
package enum NameMatching: String, Sendable, CaseIterable {
    /// Byte for byte.
    case exact
    /// Without regard to ASCII case, `_` and `-`: `firstSeen` is `first_seen`.
    case loose

    /// What two names that match have in common.
    package func folded(_ name: String) -> String {
        switch self {
        case .exact: name
        case .loose: String(decoding: name.utf8.compactMap(Self.folded), as: UTF8.self)
        }
    }

    /// Whether `name`, UTF-8, matches a name that was folded before.
    package func matches(_ name: UnsafeRawBufferPointer, folded: String) -> Bool {
        var folded = folded
        return folded.withUTF8 { wanted in
            switch self {
            case .exact:
                return name.count == wanted.count && name.elementsEqual(wanted)
            case .loose:
                var position = 0
                for byte in name {
                    guard let byte = Self.folded(byte) else { continue }
                    guard position < wanted.count, wanted[position] == byte else { return false }
                    position += 1
                }
                return position == wanted.count
            }
        }
    }

    /// A loose name's byte: ASCII letters in lower case, nothing for `_` and `-`.
    @inline(__always) static func folded(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"): nil
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        default: byte
        }
    }
}
