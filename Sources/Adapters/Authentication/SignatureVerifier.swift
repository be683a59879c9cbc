import Digests
import FindingModel

/// Checks a keyed hash over headers and the raw body.
struct SignatureVerifier: Sendable {
    /// A piece of the message, ready to be filled in.
    private enum Step: Sendable {
        case literal([UInt8])
        /// `separator`: the first character of the fixed text that follows, which ends the value.
        case header(String, separator: UInt8?)
        case time(header: String, unit: TimeUnit)
    }

    private let scheme: SignatureScheme
    private let beforeBody: [Step]
    private let afterBody: [Step]
    private let keys: [(label: String, key: HMACKey)]
    /// How often a code is computed beyond those of the keys.
    private let padding: Int
    /// What it is computed with then.
    private let idleKey: HMACKey
    private let tolerance: Tolerance

    init(scheme: SignatureScheme, secrets: [LabelledSecret], tolerance: Tolerance, work: Int) {
        self.scheme = scheme
        self.tolerance = tolerance
        beforeBody = Self.steps(scheme.beforeBody, time: scheme.time)
        afterBody = Self.steps(scheme.afterBody, time: scheme.time)
        keys = secrets.map { ($0.label, HMACKey($0.value, algorithm: scheme.algorithm)) }
        padding = max(0, work - keys.count)
        idleKey = HMACKey([], algorithm: scheme.algorithm)
    }

    private static func steps(_ parts: [SignatureScheme.Part], time: SignatureScheme.SignedTime?) -> [Step] {
        parts.indices.map { index in
            switch parts[index] {
            case .literal(let text): return .literal(text)
            case .header(let name):
                if let time, time.header.lowercased() == name.lowercased() { return .time(header: name, unit: time.unit) }
                var separator: UInt8?
                if index + 1 < parts.count, case .literal(let text) = parts[index + 1] { separator = text.first }
                return .header(name, separator: separator)
            }
        }
    }

    /// The signature and everything signed but the body, each header there exactly once and well formed.
    func pending(_ head: RequestHead) throws(AuthenticationRejection) -> PendingSignature {
        let code = try code(in: head)
        var signedTime: Timestamp?
        let before = try message(beforeBody, head: head, signedTime: &signedTime)
        let after = try message(afterBody, head: head, signedTime: &signedTime)
        return PendingSignature(code: code, beforeBody: before, afterBody: after, signedTime: signedTime)
    }

    func check(_ pending: PendingSignature, body: UnsafeRawBufferPointer, now: Timestamp) -> BodyDecision {
        var match: String?
        pending.beforeBody.withUnsafeBytes { before in
            pending.afterBody.withUnsafeBytes { after in
                for (label, key) in keys {
                    let isEqual = ConstantTime.equal(key.code(for: before, body, after), pending.code)
                    if isEqual, match == nil { match = label }
                }
                for _ in 0..<padding { _ = ConstantTime.equal(idleKey.code(for: before, body, after), pending.code) }
            }
        }
        guard let match else { return .refused(AuthenticationRefusal(.badSignature)) }
        if let signedTime = pending.signedTime {
            let distance = signedTime.milliseconds - now.milliseconds
            guard tolerance.allows(milliseconds: distance) else {
                return .refused(AuthenticationRefusal(.timestampSkew, detail: Self.seconds(distance)))
            }
        }
        return .authentic(AuthenticationVerdict(scheme: "hmac", secretLabel: match, signedTime: pending.signedTime))
    }

    /// `+47 s`, `-3 s`: ahead of, or behind, the gateway's clock.
    private static func seconds(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        return milliseconds < 0 ? "-\(seconds.magnitude) s" : "+\(seconds) s"
    }

    /// The code's bytes: all of them and nothing else, so that no truncated one passes.
    private func code(in head: RequestHead) throws(AuthenticationRejection) -> [UInt8] {
        let value = try head.single(scheme.header)
        guard value.utf8.starts(with: scheme.prefix.utf8) else { throw AuthenticationRejection(.malformedSignature) }
        let digits = value.utf8.dropFirst(scheme.prefix.utf8.count)
        let longest = scheme.algorithm.digestLength * 2
        let code: [UInt8]? =
            switch scheme.encoding {
            case _ where digits.count > longest: nil
            case .hex: Hex.decode(digits)
            case .base64: Base64.decode(digits)
            }
        guard let code, code.count == scheme.algorithm.digestLength else { throw AuthenticationRejection(.malformedSignature) }
        return code
    }

    private func message(_ steps: [Step], head: RequestHead, signedTime: inout Timestamp?) throws(AuthenticationRejection) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(32)
        for step in steps {
            switch step {
            case .literal(let text):
                message += text
            case .header(let name, let separator):
                let value = try head.single(name)
                try Self.checkEnd(of: value, separator: separator, header: name)
                message += value.utf8
            case .time(let header, let unit):
                let value = try head.single(header)
                signedTime = try Self.time(value, unit: unit, header: header)
                message += value.utf8
            }
        }
        return message
    }

    /// One to twenty ASCII digits, so that nothing of the body can pass for a part of it; the message takes them as received.
    private static func time(_ value: String, unit: TimeUnit, header: String) throws(AuthenticationRejection) -> Timestamp {
        guard (1...20).contains(value.utf8.count), value.utf8.allSatisfy(\.isDigit), let count = Int64(value) else {
            throw AuthenticationRejection(.malformedTimestamp, detail: header)
        }
        let (milliseconds, overflow) = unit == .seconds ? count.multipliedReportingOverflow(by: 1000) : (count, false)
        guard !overflow, Timestamp.range.contains(milliseconds) else { throw AuthenticationRejection(.malformedTimestamp, detail: header) }
        return Timestamp(milliseconds: milliseconds)
    }

    /// Another signed header is 1 to 128 visible ASCII characters without the one that ends it, so that nothing can move between it and
    /// what follows.
    private static func checkEnd(of value: String, separator: UInt8?, header: String) throws(AuthenticationRejection) {
        let isSound = value.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != separator }
        guard isSound, (1...128).contains(value.utf8.count) else { throw AuthenticationRejection(.malformedSignedHeader, detail: header) }
    }
}
