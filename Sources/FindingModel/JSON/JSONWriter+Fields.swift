import JSONDocument

extension JSONWriter {
    package mutating func timestamp(_ time: Timestamp) {
        time.withRFC3339 { string(utf8: $0) }
    }
}

// Members that are left out when there is nothing to say.
extension JSONWriter {
    package mutating func field(_ name: StaticString, _ text: String?) {
        guard let text, !text.isEmpty else { return }
        key(name)
        string(text)
    }

    package mutating func field(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        key(name)
        integer(value)
    }

    package mutating func field(_ name: StaticString, number: String?) {
        guard let number, !number.isEmpty else { return }
        key(name)
        self.number(verbatim: number)
    }

    package mutating func field(_ name: StaticString, _ time: Timestamp?) {
        guard let time else { return }
        key(name)
        timestamp(time)
    }

    package mutating func field(_ name: StaticString, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    package mutating func field(_ name: StaticString, _ json: RawJSON?) {
        guard let json, !json.bytes.isEmpty else { return }
        key(name)
        raw(json.bytes)
    }

    package mutating func field<Part>(_ name: StaticString, _ parts: [Part], _ write: (Part, inout JSONWriter) -> Void) {
        guard !parts.isEmpty else { return }
        required(name, parts, write)
    }
}

// Members that are always present.
extension JSONWriter {
    package mutating func required(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    package mutating func required(_ name: StaticString, _ time: Timestamp) {
        key(name)
        timestamp(time)
    }

    package mutating func required<Part>(_ name: StaticString, _ parts: [Part], _ write: (Part, inout JSONWriter) -> Void) {
        key(name)
        beginArray()
        for part in parts { write(part, &self) }
        endArray()
    }
}
