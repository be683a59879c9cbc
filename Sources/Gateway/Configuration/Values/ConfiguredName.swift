/// Names of sources, sinks, operators and adapters: they stand in URLs, files and tables.
package enum ConfiguredName {
    /// Whether `name` is 1 to 63 of a–z, 0–9 and `-`, and begins with a letter or digit.
    package static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return (1...63).contains(bytes.count) && bytes.first != UInt8(ascii: "-")
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }

    static func message(_ what: String, _ name: String) -> String {
        "the \(what)'s name '\(name)' must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'"
    }
}
