import CChecksum

/// CRC-32C, the checksum of the journal's headers, heads and bodies.
package enum CRC32C {
    /// The checksum of `bytes`, continuing from `crc` (0 to begin).
    package static func checksum(_ bytes: UnsafeRawBufferPointer, continuing crc: UInt32 = 0) -> UInt32 {
        weir_crc32c(crc, bytes.baseAddress, bytes.count)
    }

    /// The checksum of `bytes`.
    package static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { checksum($0) } }
}
