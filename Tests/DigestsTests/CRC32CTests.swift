import Digests
import Testing

struct CRC32CTests {
    /// RFC 3720 appendix B.4, and the usual check value.
    @Test(
        arguments: [
            (Array("123456789".utf8), 0xe306_9283), ([], 0), ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
            ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
            ([UInt8](0...31), 0x46dd_794e), ([UInt8](0...31).reversed(), 0x113f_db5c),
        ] as [([UInt8], UInt32)])
    func matchesThePublishedChecksums(bytes: [UInt8], checksum: UInt32) {
        #expect(CRC32C.checksum(bytes) == checksum)
        for split in 0...bytes.count {
            let checksums = bytes.withUnsafeBytes { whole in
                CRC32C.checksum(
                    UnsafeRawBufferPointer(rebasing: whole[split...]), continuing: CRC32C.checksum(UnsafeRawBufferPointer(rebasing: whole[..<split])))
            }
            #expect(checksums == checksum)
        }
    }
}
