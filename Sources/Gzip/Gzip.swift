import CZlib

/// The gzip format (RFC 1952) for bodies of requests, by zlib.
package enum Gzip {
    /// The bytes compressed; nothing when there is no memory for it, or when they are more than 1 GiB.
    ///
    /// - Parameter level: 1, the fastest, to 9, the smallest.
    package static func compress(_ bytes: [UInt8], level: Int32 = 1) -> [UInt8]? {
        guard bytes.count <= 1 << 30 else { return nil }
        let bound = weir_gzip_bound(bytes.count)
        var isWhole = false
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            var size = bound
            isWhole = bytes.withUnsafeBufferPointer { weir_gzip($0.baseAddress, $0.count, output.baseAddress, &size, min(max(level, 1), 9)) } == Z_OK
            count = isWhole ? size : 0
        }
        return isWhole ? compressed : nil
    }
}
