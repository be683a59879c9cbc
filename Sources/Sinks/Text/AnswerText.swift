/// A sink's own words, made fit for a line of a log or a table.
enum AnswerText {
    /// The beginning of `body`: at most `limit` scalars, white space and whatever is invisible or turns the text round as one space.
    static func line(_ body: [UInt8], limit: Int = 200) -> String {
        var line = String.UnicodeScalarView()
        var count = 0
        for scalar in String(decoding: body, as: UTF8.self).unicodeScalars {
            let isShown = isPlain(scalar)
            if !isShown, line.last == " " || line.isEmpty { continue }
            guard count < limit else {
                line.append("…")
                break
            }
            line.append(isShown ? scalar : " ")
            count += 1
        }
        while line.last == " " { line.removeLast() }
        return String(line)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .privateUse, .unassigned, .surrogate: false
        default: true
        }
    }
}
