/// Vendor text of several lines, made fit for a system that takes plain text.
enum BlockText {
    /// `text` with its line ends as line feeds, other control characters and those that turn text round as U+FFFD, and cut, with `…` at its
    /// end, to `units` UTF-16 units, which is how Java systems count.
    static func clean(_ text: String, units: Int) -> String {
        var cleaned = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        var count = 0
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if scalar == "\n", previous == "\r" { continue }
            let shown = scalar == "\r" ? "\n" : isPlain(scalar) ? scalar : "\u{fffd}"
            guard count + width(shown) <= units else {
                while count + 1 > units, let last = cleaned.popLast() { count -= width(last) }
                cleaned.append("…")
                break
            }
            cleaned.append(shown)
            count += width(shown)
        }
        while let last = cleaned.last, last == "\n" || last == " " { cleaned.removeLast() }
        return String(cleaned)
    }

    /// `text` on one line, cut to `units` UTF-16 units; whatever is invisible becomes one space.
    static func line(_ text: String, units: Int) -> String {
        clean(AnswerText.line(Array(text.utf8.prefix(units * 4)), limit: units), units: units)
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int { scalar.value > 0xffff ? 2 : 1 }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a: true
        case 0x00..<0x20, 0x7f...0x9f, 0x2028, 0x2029, 0x202a...0x202e, 0x2066...0x2069, 0xfffe, 0xffff: false
        default: true
        }
    }
}
