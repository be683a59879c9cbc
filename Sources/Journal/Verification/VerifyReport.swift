import Digests

/// What `verify` found.
package struct VerifyReport: Equatable, Sendable {
    /// A place that is not as it was written.
    package struct Problem: Equatable, Sendable {
        /// The part of a segment that a place belongs to.
        package enum Region: String, Sendable {
            case firstBlock = "first block"
            case header
            case head
            case body
            case padding
            case chain
            case numbers
        }

        /// The segment's file name.
        package let segment: String
        /// The byte in it.
        package let offset: Int
        package let region: Region
        /// The entries that are concerned.
        package let numbers: ClosedRange<UInt64>?
        /// What is wrong, as part of a sentence.
        package let finding: String

        /// `SEGMENT at byte N, REGION of entry N: what is wrong`.
        package var sentence: String {
            let entries = numbers.map { $0.count == 1 ? " of entry \($0.lowerBound)" : " of entries \($0.lowerBound) to \($0.upperBound)" }
            return "\(segment) at byte \(offset), \(region.rawValue)\(entries ?? ""): \(finding)"
        }
    }

    /// The journal's tag at its end.
    package internal(set) var tag = ""
    package internal(set) var segments = 0
    package internal(set) var batches = 0
    package internal(set) var entries = 0
    package internal(set) var firstNumber: UInt64 = 0
    /// The number of the last whole entry.
    package internal(set) var lastNumber: UInt64 = 0
    /// The hash of the last batch.
    package internal(set) var lastHash = SHA256Digest.zero
    /// The erased entries, each with the number of the `decision` entry behind it.
    package internal(set) var erased: [UInt64: UInt64] = [:]
    /// Entries whose erasure was decided while their bodies still stand.
    package internal(set) var unfinishedErasures: [UInt64] = []
    /// In the order in which they stand in the journal, at most 1000 of them.
    package internal(set) var problems: [Problem] = []
    package internal(set) var problemCount = 0
    /// Whether the journal continues the head that it was compared with; nothing when it was not.
    package internal(set) var headMatches: Bool?
    /// Why not, in a sentence.
    package internal(set) var headFinding: String?

    /// Whether everything is as it was written (or erased by a decision), nothing stands that was to be erased, and the head agrees.
    package var isIntact: Bool { problemCount == 0 && headMatches != false && unfinishedErasures.isEmpty }

    /// The head that the journal has now.
    package var head: JournalHead { JournalHead(tag: tag, number: lastNumber, hash: lastHash) }
}
