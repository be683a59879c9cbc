/// A secret's value and a label that may be shown: the reference it came from.
package struct Secret: Sendable {
    /// `env:NAME`, `file:path`, or `literal` with its line.
    package let label: String
    package let value: [UInt8]

    package init(label: String, value: [UInt8]) {
        self.label = label
        self.value = value
    }
}

extension Secret: CustomStringConvertible, CustomReflectable {
    /// The label; a value never gets into a log by interpolation.
    package var description: String { label }
    package var customMirror: Mirror { Mirror(self, children: ["label": label]) }
}
