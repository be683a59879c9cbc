import Delivery
import Journal
import State

extension GatewayStart.Projection {
    /// Has the body of receipt `number` erased, and its words taken out of everything that was made of it.
    ///
    /// Done again it goes through the files again, where something of them may be left.
    ///
    /// - Parameter ledger: Nothing where nothing was delivered yet.
    /// - Returns: Files beside them that may still hold the words.
    func erase(_ number: UInt64, reason: String, who: String, ledger: Ledger?) async throws -> [String] {
        // What stays of a receipt can be told only once it was projected, and while its body is there.
        try await projected(through: min(number, journal.watermark))
        let changes = try await StateQueries(store: store).changeCount(ofEntry: number)
        let husk = try await projector.husk(of: number, active: active.generation)
        let decision = try await journal.erase(number, reason: reason, who: who, changes: changes, husk: husk?.bytes ?? [])
        if let decision { try await projected(through: decision) }
        try await ledger?.eraseWords(about: husk?.uids ?? [])
        try await compact(number, ledger)
        return OlderCopies.find(beside: store.path, journal: active.configuration.storage.journal)
    }

    private func compact(_ number: UInt64, _ ledger: Ledger?) async throws {
        var failure: any Error = GatewayError("")
        // Who reads an older snapshot is done within moments.
        for _ in 0..<3 {
            do {
                try await store.compact()
                try await ledger?.compact()
                return
            } catch { failure = error }
        }
        throw GatewayError(
            "receipt \(number) is erased, but state.db or ledger.db cannot be written anew, and free pages may hold some of it: \(failure)",
            hint: "see to room on the disk, then give the same command again")
    }
}

extension GatewayError {
    /// What kept a receipt from being erased, for a person.
    init(erasing error: any Error) {
        switch error {
        case let error as GatewayError: self = error
        case let error as JournalError: self.init(error.message)
        case let error as StateError: self.init(error.message)
        case let error as LedgerError: self.init(error.message)
        default: self.init("\(error)")
        }
    }
}

/// Files that hold what state.db, ledger.db or the journal once held.
enum OlderCopies {
    static func find(beside state: String, journal: String) -> [String] {
        let folder = String(state.prefix(through: state.lastIndex(of: "/") ?? state.startIndex))
        return files(in: folder) { $0.contains(".db.damaged") || $0.hasPrefix("state.db-preview") || $0.hasPrefix("state.db-rebuild") }
            + files(in: journal + "/cut/") { _ in true }
    }

    private static func files(in folder: String, where isMeant: (String) -> Bool) -> [String] {
        guard case .success(let names) = FilePaths.entries(of: folder) else { return [] }
        return names.filter(isMeant).sorted().map { folder + $0 }
    }
}
