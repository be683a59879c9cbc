import Adapters

/// Which other adapter an event is of that its source's own does not know: somebody has entered a source's address at the wrong vendor.
package enum OtherVendor {
    /// The name of the one adapter that knows the event's kind without drift, where `adapter` does not know it; nothing where none or several do.
    ///
    /// - Parameter body: As it came or as it is kept.
    package static func likely(_ body: [UInt8], not adapter: String, among catalog: AdapterCatalog) -> String? {
        guard let own = catalog.adapters[adapter], !knows(own, body) else { return nil }
        let others = catalog.names.filter { $0 != adapter && catalog.adapters[$0].map { knows($0, body) && !drifts($0, body) } == true }
        return others.count == 1 ? others[0] : nil
    }

    /// What is said of it, in a sentence.
    package static func sentence(_ other: String, not adapter: String) -> String {
        "the adapter '\(adapter)' knows no such event, and '\(other)' does: is the address of this source entered at another vendor, or its adapter the wrong one?"
    }

    private static func knows(_ adapter: Adapter, _ body: [UInt8]) -> Bool {
        event(adapter, body).map { event in !event.drift.contains { $0.kind == .kind } } ?? false
    }

    private static func drifts(_ adapter: Adapter, _ body: [UInt8]) -> Bool { event(adapter, body)?.drift.isEmpty == false }

    private static func event(_ adapter: Adapter, _ body: [UInt8]) -> MappedEvent? {
        let request = AdapterTrial.Request(head: RequestHead(headers: []), body: body, time: SystemClock.now())
        guard case .mapped(let event, _, _)? = AdapterTrial(adapter: adapter, secrets: [])?.accept(request) else { return nil }
        return event
    }
}
