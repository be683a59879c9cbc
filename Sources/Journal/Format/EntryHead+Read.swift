import Digests
import FindingModel

extension EntryHead {
    /// Reads the head that begins at `offset` and ends by `limit`; nothing unless it is whole.
    ///
    /// `end` is the offset after it.
    static func read(_ bytes: UnsafeRawBufferPointer, at offset: Int, limit: Int) -> (head: EntryHead, end: Int)? {
        guard offset >= 0, limit <= bytes.count, limit - offset >= fixedBytes else { return nil }
        let length = Int(bytes.number(UInt32.self, at: offset))
        guard length >= fixedBytes, length <= limit - offset else { return nil }
        let end = offset + length, fieldsEnd = end - 4
        guard CRC32C.checksum(bytes.slice(offset..<fieldsEnd)) == bytes.number(UInt32.self, at: fieldsEnd),
            let bodyBytes = Int(exactly: bytes.number(UInt64.self, at: offset + 40)),
            let bodySHA256 = SHA256Digest(bytes.slice(offset + 56..<offset + 88))
        else { return nil }
        var head = EntryHead()
        head.kind = EntryKind(rawValue: bytes.number(at: offset + 4))
        head.flags = bytes.number(at: offset + 5)
        head.number = bytes.number(at: offset + 8)
        head.receivedTime = Timestamp(milliseconds: bytes.number(at: offset + 16))
        head.wallTime = Timestamp(milliseconds: bytes.number(at: offset + 24))
        head.generation = bytes.number(at: offset + 32)
        head.bodyBytes = bodyBytes
        head.bodyCRC = bytes.number(at: offset + 48)
        head.bodySHA256 = bodySHA256
        guard head.readFields(bytes.slice(offset + 88..<fieldsEnd)) else { return nil }
        return (head, end)
    }

    /// Reads the tagged fields; says whether their lengths add up.
    private mutating func readFields(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        var scheme: String?
        var label = ""
        var signedTime: Timestamp?
        while offset < bytes.count {
            guard bytes.count - offset >= 6 else { return false }
            let tag = bytes.number(UInt16.self, at: offset), length = Int(bytes.number(UInt32.self, at: offset + 2))
            offset += 6
            guard length <= bytes.count - offset else { return false }
            let value = bytes.slice(offset..<offset + length)
            offset += length
            switch Field(rawValue: tag) {
            case .source: source = String(decoding: value, as: UTF8.self)
            case .peer: peer = String(decoding: value, as: UTF8.self)
            case .verdictScheme: scheme = String(decoding: value, as: UTF8.self)
            case .verdictLabel: label = String(decoding: value, as: UTF8.self)
            case .signedTime:
                guard length == 8 else { return false }
                signedTime = Timestamp(milliseconds: value.number(at: 0))
            case .header:
                guard let header = Self.header(value) else { return false }
                headers.append(header)
            case nil: break
            }
        }
        if let scheme { verdict = Verdict(scheme: scheme, secretLabel: label, signedTime: signedTime) }
        return true
    }

    private static func header(_ bytes: UnsafeRawBufferPointer) -> HeaderField? {
        guard bytes.count >= 2 else { return nil }
        let nameBytes = Int(bytes.number(UInt16.self, at: 0))
        guard nameBytes <= bytes.count - 2 else { return nil }
        return HeaderField(
            name: String(decoding: bytes.slice(2..<2 + nameBytes), as: UTF8.self),
            value: String(decoding: bytes.slice(2 + nameBytes..<bytes.count), as: UTF8.self))
    }
}
