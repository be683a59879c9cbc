import FindingModel

/// A route's `when`: every key that is there must hold, and of a key's words one.
package struct RouteCondition: Hashable, Sendable {
    /// `min-severity`, with `unknown: false` when unknown severities are not to satisfy it.
    package struct MinimumSeverity: Hashable, Sendable {
        package let severity: Severity
        package let unknownSatisfies: Bool

        package init(_ severity: Severity, unknownSatisfies: Bool = true) {
            self.severity = severity
            self.unknownSatisfies = unknownSatisfies
        }

        /// A record without severity, a scan or a notice, counts as unknown.
        func isSatisfied(by other: Severity) -> Bool { other == .unknown ? unknownSatisfies : other.rawValue >= severity.rawValue }
    }

    /// Change types.
    package var types: [WildcardPattern]?
    /// Names of sources; the gateway's own changes come from `/gateway`.
    package var sources: [WildcardPattern]?
    /// Status words of the record; a notice has none, so no pattern describes it.
    package var statuses: [WildcardPattern]?
    /// Labels of the record.
    package var labels: [WildcardPattern]?
    /// Any name, host name, address, URL or id of a resource; a scan's targets.
    package var resources: [PlacePattern]?
    package var minimumSeverity: MinimumSeverity?
    /// Conditions of which none may hold.
    package var not: [RouteCondition] = []

    package init() {}

    /// Whether the record itself must be read.
    var needsFacets: Bool {
        statuses != nil || labels != nil || resources != nil || minimumSeverity != nil || not.contains { $0.needsFacets }
    }

    /// Decides; `facets` is called at most once, and only when type and source do not decide already.
    ///
    /// A change whose record cannot be read (`facets` gives nothing) is rather taken than passed over.
    func matches(_ change: Change, facets: () -> RecordFacets?) -> Bool {
        if let types, !types.contains(where: { $0.matches(change.type) }) { return false }
        if let sources, !Self.names(of: change.source).contains(where: { name in sources.contains { $0.matches(name) } }) { return false }
        guard needsFacets else { return !not.contains { $0.matches(change, facets: facets) } }
        guard let record = facets() else { return true }
        if let statuses, record.status.isEmpty || !statuses.contains(where: { $0.matches(record.status) }) { return false }
        if let minimumSeverity, !minimumSeverity.isSatisfied(by: record.severity ?? .unknown) { return false }
        if let labels, !record.labels.contains(where: { label in labels.contains { $0.matches(label) } }) { return false }
        if let resources, !record.resources.contains(where: { PlacePattern.match(resources, $0) }) { return false }
        return !not.contains { $0.matches(change, facets: { record }) }
    }

    /// A change's source as written, and without its folder: `/sources/shop` and `shop`.
    private static func names(of source: String) -> [String] {
        let folder = "/sources/"
        guard source.utf8.starts(with: folder.utf8) else { return [source] }
        return [source, String(decoding: source.utf8.dropFirst(folder.utf8.count), as: UTF8.self)]
    }
}
