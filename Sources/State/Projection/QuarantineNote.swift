import JSONDocument

/// The body of a `quarantine` entry: a receipt that is left out of every projection, this journal's replays included.
package struct QuarantineNote: Equatable, Sendable {
    package let receipt: UInt64
    /// How often the process ended with the receipt in work; 0 for one that was found to be too much without that.
    package let deaths: Int
    package let reason: String
    /// The entry that was being carried out when the receipt, projected before without harm, was too much: it is left out for that one and for
    /// later ones. Nothing when its own turn was too much.
    package let during: UInt64?

    package init(receipt: UInt64, deaths: Int, reason: String, during: UInt64? = nil) {
        self.receipt = receipt
        self.deaths = deaths
        self.reason = reason
        self.during = during
    }

    /// Reads the body of a `quarantine` entry; nothing unless it names a receipt.
    package init?(parsing body: [UInt8]) {
        guard let value = try? JSONValue(parsing: body), let receipt = value["receipt"]?.unsignedValue else { return nil }
        self.init(
            receipt: receipt, deaths: Int(clamping: value["deaths"]?.integerValue ?? 0), reason: value["reason"]?.stringValue ?? "",
            // Older versions named the configuration of the rebuild, which stands before it.
            during: value["during"]?.unsignedValue ?? value["generation"]?.unsignedValue)
    }

    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("receipt")
        writer.unsigned(receipt)
        writer.key("deaths")
        writer.integer(Int64(deaths))
        writer.key("reason")
        writer.string(reason)
        if let during {
            writer.key("during")
            writer.unsigned(during)
        }
        writer.endObject()
        return writer.bytes
    }
}

extension JSONValue {
    /// A whole number of at least 0, written as a number or as a decimal string.
    var unsignedValue: UInt64? {
        switch self {
        case .number(let digits), .string(let digits): UInt64(digits)
        default: nil
        }
    }
}
