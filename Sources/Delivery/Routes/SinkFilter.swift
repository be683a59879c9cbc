import FindingModel
import JSONDocument

/// Says which changes one sink gets: those that any of its routes takes.
package struct SinkFilter: Hashable, Sendable {
    private let conditions: [RouteCondition]
    private let takesEverything: Bool

    /// The filter that `routes` make for `sink`; without a route to it, it takes nothing.
    package init(routes: [Route], sink: String) {
        let own = routes.filter { $0.sinks.contains(sink) }
        takesEverything = own.contains { $0.condition == nil }
        conditions = own.compactMap(\.condition)
    }

    /// One answer for each of `changes`; reads a record at most once, and only for a route that asks about it.
    package func takes(_ changes: [Change]) -> [Bool] {
        if takesEverything { return [Bool](repeating: true, count: changes.count) }
        var parser = JSONParser()
        return changes.map { change in
            var read: RecordFacets?
            return conditions.contains { condition in
                condition.matches(change) {
                    if read != nil { return read }
                    read = try? RecordFacets(parsing: change.data, parser: &parser)
                    return read
                }
            }
        }
    }
}
