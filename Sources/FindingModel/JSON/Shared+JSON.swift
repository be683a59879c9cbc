import Digests
import JSONDocument

extension Scanner {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("vendor_name", vendorName)
        writer.required("name", name)
        writer.field("feature", feature)
        writer.endObject()
    }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "scanner")
        self.init(vendorName: try reader.string("vendor_name"), name: try reader.string("name"), feature: try reader.optionalString("feature"))
        try reader.finish()
    }
}

extension RawReference {
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("receipt", String(receipt))
        sha256.withUnsafeBytes { digest in
            withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { hex in
                for (position, byte) in digest.enumerated() {
                    hex[2 * position] = Self.hexDigit(byte >> 4)
                    hex[2 * position + 1] = Self.hexDigit(byte & 15)
                }
                writer.key("sha256")
                writer.string(utf8: UnsafeRawBufferPointer(hex))
            }
        }
        writer.field("size", Int64(size))
        writer.endObject()
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }

    init(tape: JSONTape, node: Int) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "raw")
        guard let receipt = UInt64(try reader.string("receipt")) else { throw .invalid("receipt") }
        let hex = try reader.require("sha256")
        guard tape.kind(hex) == .string, let bytes = Hex.decode(tape.text(hex)), let digest = SHA256Digest(bytes) else { throw .invalid("sha256") }
        guard let number = try reader.optionalInteger("size") else { throw .missing("size") }
        guard let size = Int(exactly: number), size >= 0 else { throw .invalid("size") }
        try reader.finish()
        self.init(receipt: receipt, sha256: digest, size: size)
    }
}
