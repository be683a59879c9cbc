import FindingModel
import JSONDocument

extension JSONWriter {
    mutating func member(_ name: String, _ text: String?) {
        guard let text else { return }
        key(name)
        string(text)
    }

    mutating func member(_ name: String, _ time: Timestamp?) { member(name, time?.rfc3339) }

    mutating func member(_ name: String, _ number: Int) {
        key(name)
        integer(Int64(number))
    }

    mutating func member(_ name: String, _ number: UInt64?) {
        guard let number else { return }
        key(name)
        unsigned(number)
    }

    /// An object under `name`.
    mutating func object(_ name: String, _ members: (inout JSONWriter) -> Void) {
        key(name)
        beginObject()
        members(&self)
        endObject()
    }

    /// An array of strings under `name`.
    mutating func strings(_ name: String, _ values: [String]) {
        key(name)
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    /// An array of objects under `name`.
    mutating func objects<T>(_ name: String, _ items: some Sequence<T>, _ members: (inout JSONWriter, T) -> Void) {
        key(name)
        beginArray()
        for item in items {
            beginObject()
            members(&self, item)
            endObject()
        }
        endArray()
    }
}

extension OperatorResponse {
    /// An object with these members.
    static func object(_ members: (inout JSONWriter) -> Void) -> OperatorResponse {
        OperatorResponse { writer in
            writer.beginObject()
            members(&writer)
            writer.endObject()
        }
    }
}
