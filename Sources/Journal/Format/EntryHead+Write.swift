import Digests
import FindingModel

extension EntryHead {
    private static let fieldPrefix = 6

    /// Whether `draft` can be written at all.
    static func fits(_ draft: borrowing EntryDraft) -> Bool {
        draft.body.count <= JournalFormat.bodyBytesMax && byteCount(of: draft) <= JournalFormat.headBytesMax
            && draft.headers.allSatisfy { $0.name.utf8.count <= UInt16.max }
    }

    /// The length that the head of `draft` will have.
    static func byteCount(of draft: borrowing EntryDraft) -> Int {
        var count = fixedBytes
        if !draft.source.isEmpty { count += fieldPrefix + draft.source.utf8.count }
        if !draft.peer.isEmpty { count += fieldPrefix + draft.peer.utf8.count }
        if let verdict = draft.verdict {
            count += 2 * fieldPrefix + verdict.scheme.utf8.count + verdict.secretLabel.utf8.count
            if verdict.signedTime != nil { count += fieldPrefix + 8 }
        }
        for header in draft.headers { count += fieldPrefix + 2 + header.name.utf8.count + header.value.utf8.count }
        return count
    }

    /// Writes the head of `draft` at `offset` and returns where it ends; there is room for `byteCount(of:)`.
    static func write(
        _ draft: borrowing EntryDraft, number: UInt64, generation: UInt64, receivedTime: Timestamp, wallTime: Timestamp,
        to bytes: UnsafeMutableRawBufferPointer, at offset: Int
    ) -> Int {
        bytes.put(draft.kind.rawValue, at: offset + 4)
        bytes.put(draft.deduplicates ? deduplicatesFlag : 0, at: offset + 5)
        bytes.put(UInt16(0), at: offset + 6)
        bytes.put(number, at: offset + 8)
        bytes.put(receivedTime.milliseconds, at: offset + 16)
        bytes.put(wallTime.milliseconds, at: offset + 24)
        bytes.put(generation, at: offset + 32)
        bytes.put(UInt64(draft.body.count), at: offset + 40)
        bytes.put(CRC32C.checksum(draft.body), at: offset + 48)
        bytes.put(UInt32(0), at: offset + 52)
        draft.bodySHA256.withUnsafeBytes { bytes.put($0, at: offset + 56) }
        var end = offset + 88
        if !draft.source.isEmpty { end = put(.source, draft.source, to: bytes, at: end) }
        if !draft.peer.isEmpty { end = put(.peer, draft.peer, to: bytes, at: end) }
        if let verdict = draft.verdict {
            end = put(.verdictScheme, verdict.scheme, to: bytes, at: end)
            end = put(.verdictLabel, verdict.secretLabel, to: bytes, at: end)
            if let signedTime = verdict.signedTime {
                end = prefix(.signedTime, 8, to: bytes, at: end)
                bytes.put(signedTime.milliseconds, at: end)
                end += 8
            }
        }
        for header in draft.headers { end = put(header, to: bytes, at: end) }
        bytes.put(UInt32(end + 4 - offset), at: offset)
        bytes.put(CRC32C.checksum(UnsafeRawBufferPointer(bytes).slice(offset..<end)), at: end)
        return end + 4
    }

    private static func prefix(_ field: Field, _ count: Int, to bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        bytes.put(field.rawValue, at: offset)
        bytes.put(UInt32(count), at: offset + 2)
        return offset + fieldPrefix
    }

    private static func text(_ text: String, to bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        var text = text
        return text.withUTF8 { utf8 in
            bytes.put(UnsafeRawBufferPointer(utf8), at: offset)
            return offset + utf8.count
        }
    }

    private static func put(_ field: Field, _ value: String, to bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        text(value, to: bytes, at: prefix(field, value.utf8.count, to: bytes, at: offset))
    }

    private static func put(_ header: HeaderField, to bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
        let nameBytes = header.name.utf8.count
        let start = prefix(.header, 2 + nameBytes + header.value.utf8.count, to: bytes, at: offset)
        bytes.put(UInt16(truncatingIfNeeded: nameBytes), at: start)
        return text(header.value, to: bytes, at: text(header.name, to: bytes, at: start + 2))
    }
}
