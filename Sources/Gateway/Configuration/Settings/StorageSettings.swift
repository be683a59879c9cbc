import YAMLDocument

/// Where the gateway keeps what it knows, and how much of it.
package struct StorageSettings: Sendable {
    /// Absolute path of the data folder.
    package var data: String
    /// Absolute path of the journal's folder.
    package var journal: String
    /// Free space below which nothing more is accepted; nothing: the larger of 5 % and 1 GiB.
    package var diskReserve: ByteSize?
    package var retention = RetentionSettings()

    package init(data: String, journal: String) {
        self.data = data
        self.journal = journal
    }

    /// Files in the data folder.
    package var stateFile: String { data + "/state.db" }
    package var ledgerFile: String { data + "/ledger.db" }
    package var lockFile: String { data + "/lock" }
    package var socketFile: String { data + "/weir.sock" }

    /// Throws when there is no journal, or none that this user may read.
    package func requireJournal() throws(GatewayError) {
        guard case .failure(let error) = FilePaths.entries(of: journal) else { return }
        guard FilePaths.isAbsent(journal) else { throw GatewayError(error.message) }
        // A start would begin a new one, and what was received would be gone.
        let isLost = FilePaths.exists(stateFile) || FilePaths.exists(ledgerFile)
        throw GatewayError("there is no journal in \(journal)", hint: isLost ? Self.lostJournalHint : "weir serve makes it")
    }

    /// What to do where the journal is gone and other files of the gateway's are not.
    static let lostJournalHint = "put it back or mount its disk (docs/operations.md, Restore); to begin anew, move the files beside it away too"
}

/// How long receipts and changes are kept; what is absent is kept for ever.
package struct RetentionSettings: Equatable, Sendable {
    /// Milliseconds.
    package var receipts: Int64?
    package var maxSize: ByteSize?
    /// Milliseconds.
    package var changes: Int64?
}

extension StorageSettings {
    /// Takes `data`, `journal`, `disk-reserve` and `retention` from the configuration's top.
    static func read(_ reader: inout MappingReader, _ context: inout SettingsContext) -> StorageSettings {
        let data = context.path(reader.take("data"), "data") ?? context.absolute("data")
        var settings = StorageSettings(data: data, journal: data + "/journal")
        if let journal = context.path(reader.take("journal"), "journal") { settings.journal = journal }
        let reserveNode = reader.take("disk-reserve")
        settings.diskReserve = context.value(
            reserveNode, "disk-reserve", form: "a size such as 1GiB, or a share such as 5%", hint: UnitHint.size
        ) { ByteSize($0) }
        if let reserveNode, case .bytes(let bytes)? = settings.diskReserve, bytes < 1 << 20 {
            context.issues.warning(reserveNode, "disk-reserve: \(ByteSize.text(bytes)) keeps no room free for what has to be written", hint: "1GiB, or 5%")
        }
        if let node = reader.take("retention") { settings.retention = RetentionSettings.read(node, &context) }
        return settings
    }
}

extension RetentionSettings {
    static func read(_ node: YAMLNode, _ context: inout SettingsContext) -> RetentionSettings {
        var settings = RetentionSettings()
        guard var reader = MappingReader(node, "retention", &context.issues) else { return settings }
        let range: ClosedRange<Int64> = 86_400_000...36_525 * 86_400_000
        let receiptsNode = reader.take("receipts"), sizeNode = reader.take("max-size")
        for (key, node) in [("receipts", receiptsNode), ("max-size", sizeNode)] {
            if let node { context.issues.warning(node, "retention.\(key) has no effect yet: this version keeps every receipt") }
        }
        settings.receipts = context.duration(receiptsNode, "retention.receipts", range)
        settings.maxSize = context.value(
            sizeNode, "retention.max-size", form: "a size such as 500GiB, or a share such as 80%", hint: UnitHint.size
        ) { ByteSize($0) }
        settings.changes = context.duration(reader.take("changes"), "retention.changes", range)
        reader.finish(&context.issues)
        return settings
    }
}
