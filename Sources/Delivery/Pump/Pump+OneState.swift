import FindingModel
import State

/// A sink that keeps one state of each record must not get an older one after a newer one.
extension Pump {
    /// Whether a change came later cannot be said before the projector has come to it.
    private struct NotProjectedYet: Error {}

    /// Of a record's later changes, the newest so many are looked at.
    private static let laterChangesMax = 50

    /// Those of the items, by their sequences, of whose records the sink has a newer state already; what it has is in the ledger by now.
    func overtaken(_ items: [OpenItem]) async throws -> Set<UInt64> {
        guard sink.keepsOneState else { return [] }
        var overtaken: Set<UInt64> = []
        for item in items where try await isOvertaken(item) { overtaken.insert(item.sequence) }
        return overtaken
    }

    private func isOvertaken(_ item: OpenItem) async throws -> Bool {
        let told = try await surroundings.ledger.told(sink.name, of: item.uid)
        if let change = told.change {
            switch try await surroundings.feed.place(of: change) {
            case .at(let sequence): return sequence > item.sequence
            // It was told, and is no longer there: what stands behind where it was came later.
            case .gone(let sequence): return sequence >= item.sequence
            case .notYet: throw NotProjectedYet()
            }
        }
        // Up to there nothing was noted: what a route takes now and has no row was told, as far as anybody knows.
        guard let before = told.before else { return false }
        let end = try await sequence(of: before)
        let changes = try await surroundings.feed.changes(of: item.uid, after: item.sequence, limit: Self.laterChangesMax).filter { !$0.isErased }
        let rows = try await surroundings.ledger.rowIDs(of: sink.name, about: item.uid)
        return zip(changes, filter.takes(changes)).contains { $1 && $0.sequence <= end && !rows.contains($0.id) }
    }
}
