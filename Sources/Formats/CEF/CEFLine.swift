import FindingModel

/// A CEF line under construction.
struct CEFLine {
    private let version: String
    private let signature: String
    var name = ""
    var severity = "Unknown"
    private var extensions: [UInt8] = []

    init(version: String, signature: String) {
        self.version = version
        self.signature = signature
    }

    /// The line without an end.
    var bytes: [UInt8] {
        var line = Array("CEF:0".utf8)
        for field in ["Weir", "Weir", version, signature, CEFText.prefix(name, 512), severity] {
            line.append(UInt8(ascii: "|"))
            line += CEFText.header(field)
        }
        line.append(UInt8(ascii: "|"))
        return line + extensions
    }

    /// Adds a key, unless there is nothing to say; `length` is how many characters the standard gives it.
    mutating func extend(_ key: StaticString, _ text: String?, _ length: Int) {
        guard let text, !text.isEmpty else { return }
        if !extensions.isEmpty { extensions.append(UInt8(ascii: " ")) }
        extensions += UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        extensions.append(UInt8(ascii: "="))
        extensions += CEFText.value(CEFText.prefix(text, length))
    }

    /// Adds a moment: milliseconds since 1970.
    mutating func extend(_ key: StaticString, _ time: Timestamp?) {
        extend(key, time.map { String($0.milliseconds) }, 20)
    }

    /// Adds a custom key and the key that says what it is.
    mutating func label(_ key: StaticString, _ label: String, _ text: String?, _ length: Int) {
        guard let text, !text.isEmpty else { return }
        extend(key, text, length)
        extensions.append(UInt8(ascii: " "))
        extensions += UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount)
        extensions += "Label=".utf8
        extensions += CEFText.value(label)
    }

    mutating func label(_ key: StaticString, _ label: String, _ time: Timestamp?) {
        self.label(key, label, time.map { String($0.milliseconds) }, 20)
    }
}
