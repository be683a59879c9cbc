/// Where a request target leads; one trailing slash and a query are ignored.
package enum Route: Equatable, Sendable {
    case health
    case readiness
    /// `/in/<source>` and `/in/<source>/<secret>`, as ranges into the target; `secretIsEncoded` says that the secret holds percent escapes.
    case ingest(source: Range<Int>, secret: Range<Int>?, secretIsEncoded: Bool)
    case unknown

    /// Reads a request target in origin form, or in absolute form (RFC 9112 section 3.2.2), whose host says nothing that matters here.
    ///
    /// Names follow `[a-z0-9][a-z0-9-]{0,62}` and are never decoded, so nothing percent-encoded names a source; a secret is one segment
    /// without encoded slashes, backslashes and NULs.
    package init(_ target: UnsafeRawBufferPointer) {
        var end = target.firstIndex(of: 0x3f) ?? target.count
        let start = Self.pathStart(target.part(0..<end))
        if end > start + 1, target[end - 1] == 0x2f { end -= 1 }
        let path = target.part(0..<end)
        guard end > start + 4, path.part(start..<start + 4).equals("/in/") else {
            let probe = path.part(start..<end)
            self = probe.equals("/healthz") ? .health : probe.equals("/readyz") ? .readiness : .unknown
            return
        }
        var index = start + 4
        while index < end, Self.isNameByte(path[index]) { index += 1 }
        let source = start + 4..<index
        guard (1...63).contains(source.count), path[source.lowerBound] != 0x2d else {
            self = .unknown
            return
        }
        if index == end {
            self = .ingest(source: source, secret: nil, secretIsEncoded: false)
            return
        }
        guard path[index] == 0x2f, let encoded = Self.checkSecret(path.part(index + 1..<end)) else {
            self = .unknown
            return
        }
        self = .ingest(source: source, secret: index + 1..<end, secretIsEncoded: encoded)
    }

    /// Where the path begins: behind `http://` or `https://` and at least one byte of a host.
    private static func pathStart(_ target: UnsafeRawBufferPointer) -> Int {
        for scheme in [7, 8] as [Int] where target.count > scheme {
            let start = target.part(0..<scheme)
            guard start.equalsIgnoringCase(scheme == 7 ? "http://" : "https://") else { continue }
            var index = scheme
            while index < target.count, target[index] != 0x2f { index += 1 }
            return index > scheme ? index : 0
        }
        return 0
    }

    private static func isNameByte(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2d }

    /// Whether the secret segment holds percent escapes; nothing when it is no plain segment.
    private static func checkSecret(_ secret: UnsafeRawBufferPointer) -> Bool? {
        guard !secret.isEmpty, !secret.equals("."), !secret.equals("..") else { return nil }
        var encoded = false
        for byte in secret {
            if byte == 0x2f || byte == 0x5c || byte == 0x23 { return nil }
            encoded = encoded || byte == 0x25
        }
        guard encoded else { return false }
        guard let decoded = decode(secret), decoded != Array(".".utf8), decoded != Array("..".utf8) else { return nil }
        return true
    }

    /// The bytes that a secret segment stands for, its percent escapes decoded once; nothing when an escape is malformed or stands for a
    /// slash, a backslash or NUL.
    package static func decode(_ secret: UnsafeRawBufferPointer) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(secret.count)
        var index = 0
        while index < secret.count {
            guard secret[index] == 0x25 else {
                bytes.append(secret[index])
                index += 1
                continue
            }
            guard index + 2 < secret.count, let high = ByteClass.hexDigit(secret[index + 1]), let low = ByteClass.hexDigit(secret[index + 2]) else {
                return nil
            }
            let byte = high << 4 | low
            guard byte != 0x2f, byte != 0x5c, byte != 0 else { return nil }
            bytes.append(byte)
            index += 3
        }
        return bytes
    }
}
