/// A secret and the name by which people know it.
package struct LabelledSecret: Sendable {
    /// Shown in receipts and logs; says nothing about the value.
    package let label: String
    package let value: [UInt8]

    package init(label: String, value: [UInt8]) {
        self.label = label
        self.value = value
    }
}

extension LabelledSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "\(label): ***" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["label": label]) }
}
