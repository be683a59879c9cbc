/// A segment's file name: the number of its first entry in 20 digits, and `.segment`.
enum SegmentName {
    static let suffix = ".segment"

    static func name(first number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 20 - digits.utf8.count) + digits + suffix
    }

    /// The first number that `name` says, or nothing when it is no segment's name.
    static func firstNumber(_ name: String) -> UInt64? {
        let bytes = Array(name.utf8)
        guard bytes.count == 20 + suffix.utf8.count, bytes.dropFirst(20).elementsEqual(suffix.utf8),
            bytes.prefix(20).allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt64(name.prefix(20)).flatMap { $0 > 0 && $0 < JournalFormat.numberLimit ? $0 : nil }
    }

    /// The first numbers of the segments among `names`, in order.
    static func segments(_ names: [String]) -> [UInt64] { names.compactMap(firstNumber).sorted() }
}
