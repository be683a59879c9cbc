import FindingModel

/// What a person decides about dead letters.
package enum DeadLetterSettlement: Sendable {
    /// They are pending again.
    case retry
    /// They are given up.
    case drop

    /// Goes through the letters in pieces, so that any number of them takes little memory; returns for how many `carryOut` did it.
    static func all(
        _ ledger: Ledger, sink: String, changes: [String], carryOut: ([OpenItem]) async -> Int
    ) async throws(LedgerError) -> Int {
        var done = 0
        var after: Int64 = 0
        while true {
            let letters = try await ledger.letters(sink: sink, changes: changes, after: after, limit: 500)
            guard let last = letters.last else { return done }
            after = last.row
            let count = await carryOut(letters.map(\.item))
            done += count
            // There is no room for more, or nobody who would do it.
            if count == 0 { return done }
        }
    }

    /// Settles letters of a sink that no gateway serves, in the ledger alone.
    package static func offline(
        _ settlement: DeadLetterSettlement, _ ledger: Ledger, sink: String, changes: [String], now: Timestamp
    ) async throws(LedgerError) -> Int? {
        guard var state = try await ledger.state(of: sink) else { return nil }
        var done = 0
        var after: Int64 = 0
        while case let letters = try await ledger.letters(sink: sink, changes: changes, after: after, limit: 500), let last = letters.last {
            after = last.row
            var open = OpenItems()
            for item in state.open { open.insert(item, at: now) }
            var machine = SinkMachine(
                limits: SinkLimits(count: 1, bytes: 1), policy: DeliveryPolicy(), position: state.position, open: open, done: state.done,
                condition: state.condition)
            let count = settlement.carryOut(&machine, letters.map(\.item), at: now)
            guard count > 0, let write = machine.takeWrite() else { break }
            try await ledger.apply(write, after: state.revision)
            done += count
            guard let next = try await ledger.state(of: sink) else { break }
            state = next
        }
        return done
    }

    func carryOut(_ machine: inout SinkMachine, _ letters: [OpenItem], overtaken: Set<UInt64> = [], at now: Timestamp) -> Int {
        switch self {
        case .retry: machine.revive(letters, overtaken: overtaken, at: now)
        case .drop: machine.drop(letters)
        }
    }
}
