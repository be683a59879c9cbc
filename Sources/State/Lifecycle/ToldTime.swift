import FindingModel

/// The newest time that a change of a record has told: one that tells an older time says that it is late.
///
/// Not part of what is known of the record, because it depends on what was told when.
package struct ToldTime: Equatable, Sendable {
    package private(set) var newest: Timestamp?

    package init(_ newest: Timestamp? = nil) { self.newest = newest }

    /// Takes note of a change of that time; whether it is late.
    package mutating func tell(_ time: Timestamp) -> Bool {
        let isLate = newest.map { time < $0 } ?? false
        if !isLate { newest = time }
        return isLate
    }
}
