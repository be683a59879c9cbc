import ArgumentParser
import Console

/// What of a command line the gateway would refuse whatever it knows: wrong usage, which is said before anybody is asked.
enum RequestCheck {
    static func run(_ path: [String], query: [(name: String, value: String)]) throws {
        do throws(OperatorError) { try OperatorAPI.check(OperatorRequest(.get, path, query: query)) } catch {
            throw ValidationError(error.message, hint: error.hint)
        }
    }
}

extension ValidationError {
    /// What stands between a message and its hint: no argument of a program holds it.
    private static let separator: Character = "\u{0}"

    /// Wrong usage with a hint of its own, which takes the place of the command's usage.
    init(_ message: String, hint: String?) { self.init(message + (hint.map { "\(Self.separator)\($0)" } ?? "")) }

    /// The message, and the hint that was given with it.
    static func parts(of message: String) -> (message: String, hint: String?) {
        let parts = message.split(separator: separator, maxSplits: 1).map(String.init)
        return (parts.first ?? message, parts.count > 1 ? parts.last : nil)
    }
}
