import Digests
import FindingModel
import Testing

@testable import Adapters

struct SignatureTests {
    private static let timed = SignatureScheme(
        algorithm: .sha256, header: "X-HOSTEDSCAN-SIGNATURE", encoding: .hex, beforeBody: [.header("X-HOSTEDSCAN-TIMESTAMP"), .literal(Array(".".utf8))],
        time: .init(header: "X-HOSTEDSCAN-TIMESTAMP", unit: .milliseconds, tolerance: .within(milliseconds: 46_800_000)))
    private static let secret = LabelledSecret(label: "first", value: Array("example-secret".utf8))
    private static let now = Timestamp(milliseconds: 1_676_612_345_678)
    private static let body = Array(#"{"id":"an-event-id","type":"scan.created","data":{"id":"a-scan-id","type":"OWASP_ZAP"}}"#.utf8)
    private static let signature = "24d21b9ddab43faf648ddea1bfdc125bf143a8c501c167fbbce52fcec6c20022"

    private func decide(
        _ headers: [(String, String)], body: [UInt8] = Self.body, scheme: SignatureScheme = Self.timed, secrets: [LabelledSecret] = [Self.secret],
        tolerance: Tolerance? = nil, now: Timestamp = Self.now, pathSecret: String? = nil
    ) -> BodyDecision {
        let authenticator = Authenticator(scheme: .hmac(scheme), secrets: secrets, tolerance: tolerance)
        switch authenticator.checkHead(RequestHead(headers: headers.map { (name: $0.0, value: $0.1) }, pathSecret: pathSecret)) {
        case .authentic(let verdict): return .authentic(verdict)
        case .refused(let refusal): return .refused(refusal)
        case .needsBody(let pending): return body.withUnsafeBytes { authenticator.checkBody(pending, body: $0, now: now) }
        }
    }

    private func refusal(_ decision: BodyDecision) -> AuthenticationRefusal.Code? {
        if case .refused(let refusal) = decision { refusal.code } else { nil }
    }

    private func headers(timestamp: String = "1676612345678", signature: String = Self.signature) -> [(String, String)] {
        [("content-type", "application/json"), ("x-hostedscan-timestamp", timestamp), ("X-HostedScan-Signature", signature)]
    }

    @Test func theVendorsOwnVectorIsAuthentic() {
        let expected = BodyDecision.authentic(AuthenticationVerdict(scheme: "hmac", secretLabel: "first", signedTime: Self.now))
        #expect(decide(headers()) == expected)
        #expect(decide(headers(signature: Self.signature.uppercased())) == expected)
    }

    @Test func everySampleHasTheSignatureThatIsListed() throws {
        let lines = String(decoding: try VendorSamples.bytes("samples/hostedscan/signatures.tsv"), as: UTF8.self).split(separator: "\n").filter {
            !$0.hasPrefix("#")
        }
        #expect(lines.count == 8)
        for line in lines {
            let fields = line.split(separator: "\t").map(String.init)
            let body = try VendorSamples.bytes("samples/hostedscan/\(fields[0])")
            let secret = LabelledSecret(label: "sample", value: Array(fields[2].utf8))
            let time = Timestamp(milliseconds: try #require(Int64(fields[1])))
            let decision = decide(headers(timestamp: fields[1], signature: fields[3]), body: body, secrets: [secret], now: time)
            #expect(decision == .authentic(AuthenticationVerdict(scheme: "hmac", secretLabel: "sample", signedTime: time)), "\(fields[0])")
        }
    }

    @Test func everySingleBitFlipIsRefused() throws {
        let code = try #require(Hex.decode(Self.signature.utf8))
        for bit in 0..<(code.count * 8) {
            var flipped = code
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(refusal(decide(headers(signature: Hex.encode(flipped)))) == .badSignature)
        }
        for bit in 0..<(Self.body.count * 8) {
            var flipped = Self.body
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(refusal(decide(headers(), body: flipped)) == .badSignature)
        }
        #expect(refusal(decide(headers(timestamp: "1676612345679"))) == .badSignature)
        #expect(refusal(decide(headers(), body: Self.body + [0x0a])) == .badSignature)
        #expect(refusal(decide(headers(), body: [])) == .badSignature)
    }

    @Test func everyTruncationIsRefused() {
        for length in 0..<64 { #expect(refusal(decide(headers(signature: String(Self.signature.prefix(length))))) == .malformedSignature) }
        #expect(refusal(decide(headers(signature: Self.signature + "00"))) == .malformedSignature)
        #expect(refusal(decide(headers(signature: String(repeating: "a", count: 100_000)))) == .malformedSignature)
    }

    @Test(arguments: [
        "sha256=24d21b9ddab43faf648ddea1bfdc125bf143a8c501c167fbbce52fcec6c20022", "24d21b9ddab43faf648ddea1bfdc125bf143a8c501c167fbbce52fcec6c2002g",
        " 24d21b9ddab43faf648ddea1bfdc125bf143a8c501c167fbbce52fcec6c20022", "0x24d21b9ddab43faf648ddea1bfdc125bf143a8c501c167fbbce52fcec6c200",
        "24d21b9ddab43faf648ddea1bfdc125bf143a8c501c167fbbce52fcec6c20022,24d21b9ddab43faf648ddea1bfdc125bf143a8c501c167fbbce52fcec6c20022",
        "２4d21b9ddab43faf648ddea1bfdc125bf143a8c501c167fbbce52fcec6c200", "",
    ])
    func aSignatureInAnyOtherSpellingIsRefused(text: String) {
        #expect(refusal(decide(headers(signature: text))) == .malformedSignature)
    }

    @Test func missingAndDoubledHeadersAreRefused() {
        #expect(refusal(decide([])) == .missingCredential)
        #expect(refusal(decide([("x-hostedscan-signature", Self.signature)])) == .missingCredential)
        #expect(refusal(decide([("x-hostedscan-timestamp", "1676612345678")])) == .missingCredential)
        #expect(refusal(decide(headers() + [("X-HOSTEDSCAN-SIGNATURE", Self.signature)])) == .doubledHeader)
        #expect(refusal(decide(headers() + [("X-Hostedscan-Timestamp", "1676612345678")])) == .doubledHeader)
        #expect(refusal(decide(headers() + [("X-HOSTEDSCAN_TIMESTAMP", "1")])) == nil)
        #expect(refusal(decide(headers(), pathSecret: "more")) == .unexpectedPath)
    }

    @Test(arguments: [
        "", "+1676612345678", " 1676612345678", "1676612345678 ", "1676612345678.", "1e12", "0x1", "١٢٣", "NaN", "-1", "123456789012345678901",
        "99999999999999999999", "253402300800000",
    ])
    func aTimestampIsNothingButDigits(text: String) {
        let signed = RequestSigner(scheme: .hmac(Self.timed), secret: Self.secret.value)
            .credentials(for: Self.body, now: Self.now, signedHeaders: ["X-Hostedscan-Timestamp": text])
        let decision = decide(signed.headers.map { ($0.name, $0.value) })
        #expect(refusal(decision) == .malformedTimestamp)
    }

    @Test func theTimestampIsSignedAsWrittenAndNotAsRead() {
        let padded = "0000001676612345678"
        let signed = RequestSigner(scheme: .hmac(Self.timed), secret: Self.secret.value)
            .credentials(for: Self.body, now: Self.now, signedHeaders: ["X-HOSTEDSCAN-TIMESTAMP": padded])
        #expect(
            decide(signed.headers.map { ($0.name, $0.value) }) == .authentic(AuthenticationVerdict(scheme: "hmac", secretLabel: "first", signedTime: Self.now)))
        #expect(refusal(decide(headers(timestamp: padded))) == .badSignature)
    }

    @Test(arguments: [
        (Int64(46_800_000), Tolerance?.none, true), (46_800_001, nil, false), (-46_800_000, nil, true), (-46_800_001, nil, false),
        (300_000, .within(milliseconds: 300_000), true), (300_001, .within(milliseconds: 300_000), false), (-300_001, .within(milliseconds: 300_000), false),
        (1_000_000_000_000, Tolerance.none, true),
    ])
    func theSignedTimeIsWithinTheTolerance(ahead: Int64, tolerance: Tolerance?, isAccepted: Bool) {
        let now = Self.now.advanced(byMilliseconds: ahead)
        let decision = decide(headers(), tolerance: tolerance, now: now)
        #expect(refusal(decision) == (isAccepted ? nil : .timestampSkew))
    }

    @Test func theSkewIsNamedOnlyForASignatureThatIsRight() {
        let late = Self.now.advanced(byMilliseconds: 47_000)
        let tight = Tolerance.within(milliseconds: 1000)
        #expect(decide(headers(), tolerance: tight, now: late) == .refused(AuthenticationRefusal(.timestampSkew, detail: "-47 s")))
        let early = Self.now.advanced(byMilliseconds: -47_000)
        #expect(decide(headers(), tolerance: tight, now: early) == .refused(AuthenticationRefusal(.timestampSkew, detail: "+47 s")))
        let wrong = headers(signature: String(repeating: "0", count: 64))
        #expect(refusal(decide(wrong, tolerance: tight, now: late)) == .badSignature)
    }

    @Test func eachActiveSecretIsTaken() {
        let second = LabelledSecret(label: "second", value: Array("another".utf8))
        for (secrets, label) in [([Self.secret, second], "first"), ([second, Self.secret], "first"), ([Self.secret, Self.secret], "first")] {
            #expect(decide(headers(), secrets: secrets) == .authentic(AuthenticationVerdict(scheme: "hmac", secretLabel: label, signedTime: Self.now)))
        }
        #expect(refusal(decide(headers(), secrets: [second])) == .badSignature)
        #expect(refusal(decide(headers(), secrets: [])) == .badSignature)
    }

    @Test func anEmptySecretNeverMatches() {
        let empty = LabelledSecret(label: "empty", value: [])
        let signed = RequestSigner(scheme: .hmac(Self.timed), secret: []).credentials(for: Self.body, now: Self.now)
        #expect(refusal(decide(signed.headers.map { ($0.name, $0.value) }, secrets: [empty])) == .badSignature)
    }

    @Test(arguments: HashAlgorithm.allCases, SignatureScheme.Encoding.allCases)
    func signersAndVerifiersAgree(algorithm: HashAlgorithm, encoding: SignatureScheme.Encoding) {
        let scheme = SignatureScheme(
            algorithm: algorithm, header: "X-Sig", prefix: "v1=", encoding: encoding,
            beforeBody: [.header("X-Id"), .literal(Array(".".utf8)), .header("X-Time")],
            afterBody: [.literal(Array("|end".utf8))], time: .init(header: "x-time", unit: .seconds, tolerance: .within(milliseconds: 1000)))
        let signer = RequestSigner(scheme: .hmac(scheme), secret: Self.secret.value)
        let signed = signer.credentials(for: Self.body, now: Self.now).headers.map { ($0.name, $0.value) }
        #expect(signed.count == 3)
        #expect(refusal(decide(signed, scheme: scheme)) == nil)
        #expect(refusal(decide(signed, body: Self.body + Self.body, scheme: scheme)) == .badSignature)
        let moved = signer.credentials(for: Self.body, now: Self.now, signedHeaders: ["x-id": "a.1"]).headers.map { ($0.name, $0.value) }
        #expect(refusal(decide(moved, scheme: scheme)) == .malformedSignedHeader)
    }

    @Test func gitHubsPublishedVectorIsAuthentic() {
        // docs.github.com/webhooks, "Testing the webhook payload validation".
        let scheme = SignatureScheme(algorithm: .sha256, header: "X-Hub-Signature-256", prefix: "sha256=", encoding: .hex)
        let secret = LabelledSecret(label: "s", value: Array("It's a Secret to Everybody".utf8))
        let value = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        let decision = decide([("x-hub-signature-256", value)], body: Array("Hello, World!".utf8), scheme: scheme, secrets: [secret])
        #expect(decision == .authentic(AuthenticationVerdict(scheme: "hmac", secretLabel: "s")))
    }
}
