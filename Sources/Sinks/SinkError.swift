/// Why a sink cannot be made from its settings.
package struct SinkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The setting, by its name in the configuration.
    package let key: String
    /// One clause without secrets.
    package let message: String

    package init(_ key: String, _ message: String) {
        self.key = key
        self.message = message
    }

    package var description: String { "\(key): \(message)" }
}
