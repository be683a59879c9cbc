import Glibc

extension [UInt8] {
    /// Where `wanted` stands first, from `start` on; found by the C library, as peers read megabytes and a debug build's own loops are slow.
    func firstIndex(ofBytes wanted: [UInt8], from start: Int = 0) -> Int? {
        withUnsafeBytes { bytes in
            guard let begin = bytes.baseAddress, let first = wanted.first else { return nil }
            var place = start
            while bytes.count - place >= wanted.count, let found = memchr(begin + place, Int32(first), bytes.count - place - wanted.count + 1) {
                place = begin.distance(to: UnsafeRawPointer(found))
                if memcmp(found, wanted, wanted.count) == 0 { return place }
                place += 1
            }
            return nil
        }
    }
}
