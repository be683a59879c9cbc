import Synchronization

/// Erases the body of an entry for which a `decision` is durable.
struct Erasing: Sendable {
    private let source: any SegmentSource

    init(_ source: any SegmentSource) { self.source = source }

    /// Does what is left of an erasure; one at a time, since the list has one end.
    func finish(_ number: UInt64, in status: JournalStatus) throws(JournalError) {
        try status.erasing.withLock { _ throws(JournalError) in
            let known = try Erasures.read(in: source.directory, source.fileSystem)
            if known.numbers.contains(number), !known.unfinished.contains(number) { return }
            try run(number)
        }
    }

    /// Notes the erasure beside the segments, then carries it out.
    private func run(_ number: UInt64) throws(JournalError) {
        do throws(SystemError) {
            // Durable before the first byte changes: recovery would otherwise take a body that is half erased for one that was torn.
            try Erasures.append("erase", number, in: source.directory, source.fileSystem)
        } catch { throw .unwritable(source.directory, error) }
        try carryOut(number)
    }

    /// Carries out an erasure that was noted.
    private func carryOut(_ number: UInt64) throws(JournalError) {
        let place = try EntryPlace.find(number, source)
        let path = source.directory + "/" + SegmentName.name(first: place.segment)
        do throws(SystemError) {
            // A file description of its own: an error of its fsync must not hide one from the writer's.
            let file = try File(path, .write, in: source.fileSystem)
            try file.zero(place.body)
            try file.synchronize()
            try Erasures.append("erased", number, in: source.directory, source.fileSystem)
        } catch { throw .unwritable(path, error) }
    }
}
