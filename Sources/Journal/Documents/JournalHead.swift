import Digests
import JSONDocument

/// The end of a journal at some moment, small enough to be sent out: who keeps it can later prove that nothing before it was changed.
package struct JournalHead: Equatable, Sendable {
    package let tag: String
    /// The number of the last entry of a batch.
    package let number: UInt64
    /// The hash of that batch, which covers everything before it.
    package let hash: SHA256Digest

    package init(tag: String, number: UInt64, hash: SHA256Digest) {
        self.tag = tag
        self.number = number
        self.hash = hash
    }

    /// Reads `{"tag":…,"number":…,"hash":…}`, also as it stands in a `notice.gateway_checkpoint` change or in that notice; nothing unless all three
    /// are there.
    package init?(parsing body: [UInt8]) {
        guard let document = try? JSONValue(parsing: body) else { return nil }
        let notice = document["data"] ?? document
        let value = notice["unmapped"] ?? document
        guard let tag = value["tag"]?.stringValue, let number = value.entryNumber("number"),
            let hash = value["hash"]?.stringValue.flatMap({ Hex.decode($0.utf8) }).flatMap({ SHA256Digest($0) })
        else { return nil }
        self.init(tag: tag, number: number, hash: hash)
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("tag")
        writer.string(tag)
        writer.key("number")
        writer.unsigned(number)
        writer.key("hash")
        writer.string(hash.hex)
        writer.endObject()
        return writer.bytes
    }
}
