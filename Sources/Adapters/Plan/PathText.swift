/// The written form of a path: `$` or nothing, then `.name`, `..name` or `."odd.name"` any number of times.
///
/// Inside quotes `\"` and `\\` stand for a quote and a backslash.
enum PathText {
    static func parse(_ text: String) -> Result<Path, PathError> {
        var rest = Substring(text).unicodeScalars
        var path = Path(root: .item)
        if rest.first == "$" {
            path.root = .document
            rest.removeFirst()
        } else if text == "." {
            return .success(path)
        }
        while let dot = rest.popFirst() {
            guard dot == "." else { return .failure(unexpected(dot, in: text)) }
            var step = Path.Step(name: "")
            if rest.first == "." {
                step.anyDepth = true
                rest.removeFirst()
            }
            switch name(from: &rest) {
            case .success(let name): step.name = name
            case .failure(let error): return .failure(error)
            }
            if step.name.isEmpty { return .failure(PathError("'\(text)' has a step without a name")) }
            path.steps.append(step)
        }
        guard path.steps.count <= 62 else { return .failure(PathError("a path has at most 62 steps")) }
        return .success(path)
    }

    /// The name as a path writes it, in quotes when it needs them.
    static func written(_ name: String) -> String {
        if !name.isEmpty, name.unicodeScalars.allSatisfy(isBare) { return name }
        var text = "\""
        for scalar in name.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }

    private static func name(from rest: inout Substring.UnicodeScalarView) -> Result<String, PathError> {
        var name = String.UnicodeScalarView()
        guard rest.first == "\"" else {
            while let scalar = rest.first, isBare(scalar) {
                name.append(scalar)
                rest.removeFirst()
            }
            return .success(String(name))
        }
        rest.removeFirst()
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return .success(String(name)) }
            if scalar == "\\" {
                guard let escaped = rest.popFirst() else { break }
                name.append(escaped)
            } else {
                name.append(scalar)
            }
        }
        return .failure(PathError("a quoted name has no end"))
    }

    /// Whether a name needs no quotes for this scalar.
    private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", "\"", "[", "]", "*", "(", ")", "{", "}", "?", ",", "'", "\\": false
        default: !scalar.properties.isWhitespace && scalar.value > 0x20 && scalar.value != 0x7f
        }
    }

    private static func unexpected(_ scalar: Unicode.Scalar, in text: String) -> PathError {
        switch scalar {
        case "[", "]", "*", "?", "(", ")":
            PathError("'\(text)' is no path", hint: "paths walk through arrays by themselves: no [0], [*] or filters")
        default:
            PathError("'\(text)' is no path", hint: "write a name with other characters in quotes: .\"odd name\"")
        }
    }
}
