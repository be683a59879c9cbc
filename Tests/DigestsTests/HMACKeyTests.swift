import Digests
import Testing

struct HMACKeyTests {
    struct Vector: Sendable {
        let key: [UInt8]
        let message: [UInt8]
        let codes: [HashAlgorithm: String]
    }

    static let lorem = Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)

    /// RFC 2202 section 3 (SHA-1) and RFC 4231 section 4 (SHA-256, SHA-512).
    static let vectors: [Vector] = [
        Vector(
            key: [UInt8](repeating: 0x0b, count: 20), message: Array("Hi There".utf8),
            codes: [
                .sha1: "b617318655057264e28bc0b6fb378c8ef146be00",
                .sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                .sha512:
                    "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
            ]),
        Vector(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            codes: [
                .sha1: "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
                .sha256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                .sha512:
                    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ]),
        Vector(
            key: [UInt8](repeating: 0xaa, count: 20), message: [UInt8](repeating: 0xdd, count: 50),
            codes: [
                .sha1: "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
                .sha256: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
                .sha512:
                    "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
            ]),
        Vector(
            key: [UInt8](1...25), message: [UInt8](repeating: 0xcd, count: 50),
            codes: [
                .sha1: "4c9007f4026250c6bc8414f9bf50c86c2d7235da",
                .sha256: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
                .sha512:
                    "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
            ]),
        Vector(
            key: [UInt8](repeating: 0xaa, count: 131), message: lorem,
            codes: [
                .sha256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                .sha512:
                    "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
            ]),
        Vector(key: [UInt8](repeating: 0xaa, count: 80), message: lorem, codes: [.sha1: "aa4ae5e15272d00e95705637ce8a3b55ed402112"]),
        Vector(
            key: [], message: [],
            codes: [
                .sha1: "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d", .sha256: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad",
            ]),
    ]

    @Test(arguments: vectors) func matchesThePublishedCodes(vector: Vector) {
        for (algorithm, code) in vector.codes {
            let key = HMACKey(vector.key, algorithm: algorithm)
            vector.message.withUnsafeBytes { whole in
                #expect(Hex.encode(key.code(for: whole)) == code)
                let middle = whole.count / 3
                let parts = [UnsafeRawBufferPointer(rebasing: whole[..<middle]), UnsafeRawBufferPointer(rebasing: whole[middle...])]
                #expect(Hex.encode(key.code(for: parts)) == code)
                #expect(key.code(for: parts).count == algorithm.digestLength)
            }
        }
    }

    /// A HostedScan delivery: the code is over the timestamp header, a dot and the body.
    @Test func signsADeliveryAsItsVendorDoes() {
        let body = #"""
            {"id":"66f2c0d99c41d8004e0b7c89","created_at":1727185049,"type":"risk.closed","data":{"id":"66d17b5e9c41d80040f65b02","target_id":\#
            "65a1f0c4b7d2e9003f4c1a02","target":"203.0.113.24","tags":["edge"],"status":"CLOSED","risk_definition":{"scan_type":"NMAP","title"\#
            :"Open TCP Port: 3306","threat_level":"LOW","additional_info":{"portid":"3306","protocol":"tcp","state":"open","service":{"name":"\#
            mysql","product":"MySQL","version":"8.0.36"}}}}}
            """#
        let key = HMACKey(Array("example-secret".utf8), algorithm: .sha256)
        let code = Array("1727185048310".utf8).withUnsafeBytes { time in
            Array(".".utf8).withUnsafeBytes { dot in
                Array(body.utf8).withUnsafeBytes { key.code(for: time, dot, $0) }
            }
        }
        #expect(Hex.encode(code) == "90e5216a76b576321686e95851e1e6f6e57a14033022b6a30d9d99c353966a58")
    }
}
