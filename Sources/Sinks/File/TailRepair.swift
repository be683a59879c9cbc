/// Finds where the whole lines of a file end, after a crash or a power cut while lines were being appended.
///
/// The last line may lack its end, and blocks that never reached the disk read as zeros, which no JSON text holds.
enum TailRepair {
    /// How far from the end zeros are looked for: more than a batch that was not acknowledged can take.
    static let window = 16 << 20
    private static let chunk = 256 << 10

    /// The length to cut a file of `size` bytes to; `size` itself when all is well.
    ///
    /// `read` gives the bytes of a range, all of them.
    static func wholeLength<E: Error>(size: Int, read: (Range<Int>) throws(E) -> [UInt8]) throws(E) -> Int {
        var end = size
        var lineEnd: Int?
        while end > 0, lineEnd == nil || size - end < window {
            let range = max(0, end - chunk)..<end
            let bytes = try read(range)
            if let zero = bytes.firstIndex(of: 0) {
                lineEnd = Self.lineEnd(in: bytes[..<zero], at: range.lowerBound)
            } else if lineEnd == nil {
                lineEnd = Self.lineEnd(in: bytes[...], at: range.lowerBound)
            }
            end = range.lowerBound
        }
        return lineEnd ?? 0
    }

    private static func lineEnd(in bytes: ArraySlice<UInt8>, at offset: Int) -> Int? {
        bytes.lastIndex(of: UInt8(ascii: "\n")).map { offset + $0 + 1 }
    }
}
