/// Which changes go to which sinks.
package struct Route: Hashable, Sendable {
    /// Names of sinks.
    package let sinks: [String]
    /// Nothing: every change.
    package let condition: RouteCondition?

    package init(to sinks: [String], when condition: RouteCondition? = nil) {
        self.sinks = sinks
        self.condition = condition
    }
}
