import FindingModel
import Gateway
import Testing

struct ValueTests {
    /// The second listens where the first does, or may.
    @Test(arguments: [
        ("127.0.0.1:8", "127.0.0.1:8", true), ("127.0.0.1:8", "localhost:8", true), ("0.0.0.0:8", "127.0.0.1:8", true), ("[::]:8", "[::1]:8", true),
        ("192.0.2.1:8", "127.0.0.1:8", false), ("127.0.0.1:8", "127.0.0.1:9", false), ("127.0.0.1:0", "127.0.0.1:0", false), ("0.0.0.0:8", "[::1]:8", false),
    ]) func onePortHasOneListenerAnAddress(first: String, second: String, isTaken: Bool) throws {
        let address = try #require(ListenAddress(first)), other = try #require(ListenAddress(second))
        #expect(address.takes(other) == isTaken)
    }

    @Test(
        arguments: [
            ("30s", 30_000), ("5m", 300_000), ("400d", 34_560_000_000), ("1h30m", 5_400_000), ("500ms", 500), ("0s", 0), ("2w", 1_209_600_000),
            ("1d2h3m4s5ms", 93_784_005),
        ] as [(String, Int64)]) func durationsAreRead(text: String, milliseconds: Int64)
    {
        #expect(DurationText.milliseconds(text) == milliseconds)
    }

    @Test(arguments: ["", "5", "m", "5 m", "-5m", "5M", "5mm", "1.5h", "9223372036854775807d", "36526d", "99999999999999999999s", "5m5", "٥m"])
    func otherDurationsAreNot(text: String) {
        #expect(DurationText.milliseconds(text) == nil)
    }

    @Test(arguments: [(0, "0s"), (30_000, "30s"), (5_400_000, "1h30m"), (93_784_005, "1d2h3m4s5ms")] as [(Int64, String)])
    func durationsAreWrittenAsTheyAreRead(milliseconds: Int64, text: String) {
        #expect(DurationText.text(milliseconds) == text)
        #expect(DurationText.milliseconds(text) == milliseconds)
    }

    @Test(
        arguments: [
            ("16MiB", .bytes(16 << 20)), ("1GiB", .bytes(1 << 30)), ("4096", .bytes(4096)), ("512B", .bytes(512)), ("500MB", .bytes(500_000_000)),
            ("80%", .percent(80)), ("0%", .percent(0)), ("1 GiB", .bytes(1 << 30)),
        ] as [(String, ByteSize)]) func sizesAreRead(text: String, size: ByteSize)
    {
        #expect(ByteSize(text) == size)
    }

    @Test(arguments: ["", "GiB", "-1", "1gib", "1.5GiB", "101%", "1GiBs", "9223372036854775807KiB", "1e3"]) func otherSizesAreNot(text: String) {
        #expect(ByteSize(text) == nil)
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1434, "1.4 KiB"), (16 << 20, "16 MiB"), (150 << 20, "150 MiB"), (Int64.max, "8388608 TiB"),
        ] as [(Int64, String)]) func sizesAreWrittenShort(bytes: Int64, text: String)
    {
        #expect(ByteSize.text(bytes) == text)
    }

    @Test(arguments: [("200/s", 200), ("200", 200), ("3600/h", 1), ("60/m", 1), ("60/min", 1), ("1000000", 1_000_000)] as [(String, Double)])
    func ratesAreRead(text: String, perSecond: Double) {
        #expect(RateText.perSecond(text) == perSecond)
    }

    @Test(arguments: ["", "0", "-1/s", "1/y", "/s", "1000001/s", "2 /s"]) func otherRatesAreNot(text: String) {
        #expect(RateText.perSecond(text) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080, true), ("[::1]:8080", "::1", 8080, true), ("localhost:0", "localhost", 0, true),
        ("0.0.0.0:8443", "0.0.0.0", 8443, false), ("[::]:1", "::", 1, false), ("127.9.9.9:65535", "127.9.9.9", 65535, true),
        ("192.0.2.1:80", "192.0.2.1", 80, false),
    ]) func addressesAreRead(text: String, host: String, port: Int, isLoopback: Bool) {
        let address = ListenAddress(text)
        #expect(address == ListenAddress(host: host, port: port))
        #expect(address?.isLoopback == isLoopback)
        #expect(address?.text == text)
    }

    @Test(arguments: [
        "", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "::1:8080", "[::1]", "[127.0.0.1]:1", "example.com:80",
        "1.2.3.0/24:80",
    ])
    func otherAddressesAreNot(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test(arguments: [
        ("2026-03-02", "2026-03-02T00:00:00.000Z"), ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00.000Z"),
        ("2026-03-02T10:00:00.1Z", "2026-03-02T10:00:00.100Z"),
        ("2026-03-02T10:00:00.123456789Z", "2026-03-02T10:00:00.123Z"), ("2026-03-02 10:00:00Z", "2026-03-02T10:00:00.000Z"),
        ("2026-03-02t10:00:00z", "2026-03-02T10:00:00.000Z"), ("2026-03-02T10:00:00+02:00", "2026-03-02T08:00:00.000Z"),
        ("2026-03-02T23:30:00.5-01:30", "2026-03-03T01:00:00.500Z"), ("2026-03-02 10:00:00+00:00", "2026-03-02T10:00:00.000Z"),
    ]) func momentsAreRead(text: String, moment: String) {
        #expect(MomentText.timestamp(text)?.rfc3339 == moment)
    }

    @Test(arguments: [
        "", "2026-13-02", "2026-03-02T10:00:00", "2026-03-02 10:00:00", "2026-03-02T10:00:00+0100", "2026-03-02T10:00:00+1:00",
        "2026-03-02T10:00:00+24:00", "2026-03-02T10:00:00+01:60", "2026-03-02T10:00:00 01:00", "2026-03-02_10:00:00Z", "yesterday", "2026-03-02T10:00:00.Z",
        "2026-03-02T10:00:00.1234567890Z",
    ])
    func otherMomentsAreNot(text: String) {
        #expect(MomentText.timestamp(text) == nil)
    }

    @Test(
        arguments: [
            ("env:TOKEN", .environment("TOKEN")), ("file:secrets/probely", .file("secrets/probely")), ("literal:a:b", .literal("a:b")),
            ("env:", nil), ("env:1X", nil), ("env:A B", nil), ("file:", nil), ("literal:", nil), ("ENV:X", nil), ("hunter2", nil),
        ] as [(String, SecretReference?)]) func secretReferences(text: String, reference: SecretReference?)
    {
        #expect(SecretReference(text) == reference)
    }

    @Test(arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("\u{fb}ÿ>?~", "w7vDvz4_fg")])
    func base64ForURLs(plain: String, text: String) {
        #expect(Base64Text.encodeURLSafe(Array(plain.utf8)) == text)
    }

    @Test(arguments: [("a", "/x/a"), ("./a/../b", "/x/b"), ("/a//b/.", "/a/b"), ("../../..", "/"), ("~", "/x/~")]) func pathsAreRelativeToTheirFolder(
        path: String, absolute: String
    ) {
        #expect(FilePaths.absolute(path, in: "/x") == absolute)
    }
}
