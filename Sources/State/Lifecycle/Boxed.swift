/// A large value behind one reference: copies of what holds it share it, and count one reference instead of one for each text in it.
package final class Boxed<Value: Equatable & Sendable>: Equatable, Sendable {
    package let value: Value

    package init(_ value: Value) { self.value = value }

    package static func == (left: Boxed, right: Boxed) -> Bool { left === right || left.value == right.value }
}
