/// Canonical data, of one of three kinds.
package enum Record: Equatable, Sendable {
    case finding(Finding)
    case scan(Scan)
    case notice(Notice)

    package var uid: String {
        switch self {
        case .finding(let finding): finding.uid
        case .scan(let scan): scan.uid
        case .notice(let notice): notice.uid
        }
    }

    package var kind: RecordKind {
        switch self {
        case .finding: .finding
        case .scan: .scan
        case .notice: .notice
        }
    }
}

/// The three kinds of record; the raw value is the word in schemas' names and in tables.
package enum RecordKind: String, Sendable, CaseIterable {
    case finding, scan, notice

    /// What a record's uid begins with.
    var prefix: StaticString {
        switch self {
        case .finding: "f_"
        case .scan: "s_"
        case .notice: "n_"
        }
    }

    /// The letter of `prefix`.
    package var letter: Character { Character(Unicode.Scalar(prefix.utf8Start.pointee)) }

    /// The `dataschema` of a change.
    package var schema: String { "urn:weir:\(rawValue):1" }
}
