import Digests
import Synchronization

/// Sees to it that bodies are gone whose erasure is decided: what was not done yet, and what a segment has brought back that was put back from before.
struct Erasing: Sendable {
    private let source: any SegmentSource

    init(_ source: any SegmentSource) { self.source = source }

    /// Overwrites what stands of the bodies of `numbers`; one at a time, since the list has one end. A segment in which that fails keeps no other from
    /// being looked at.
    ///
    /// - Parameter goesOn: Asked before each segment.
    /// - Returns: Those whose place was not found.
    @discardableResult
    func finish(
        _ numbers: Set<UInt64>, in status: JournalStatus, while goesOn: () -> Bool = { true }
    ) throws(JournalError) -> Set<UInt64> {
        try status.erasing.withLock { gone throws(JournalError) in
            var left = numbers.subtracting(gone), failure: JournalError?
            guard !left.isEmpty else { return left }
            let known = try Erasures.read(in: source.directory, source.fileSystem)
            for (segment, numbers) in try EntryPlace.bySegment(left, source) where goesOn() {
                do throws(JournalError) {
                    let done = try finish(numbers, in: segment, known)
                    left.subtract(done)
                    gone.formUnion(done)
                } catch { failure = failure ?? error }
            }
            if let failure { throw failure }
            return left
        }
    }

    /// Overwrites what is left of bodies that the list calls unfinished and that are not whole any more: the decision may be one that cannot be read. A
    /// whole one waits for a decision.
    func finish(listed marks: Set<EntryMark>, in status: JournalStatus, while goesOn: () -> Bool) throws(JournalError) {
        let broken = try places(of: marks) { place, file throws(SystemError) in try !file.isWhole(place) }
        try finish(Set(broken.map(\.number)), in: status, while: goesOn)
    }

    /// What the list names although the body is whole and no decision was read.
    func standing(listed marks: Set<EntryMark>) throws(JournalError) -> [EntryMark] {
        try places(of: marks) { place, file throws(SystemError) in try file.isWhole(place) }.map(\.mark)
    }

    /// The receipts that `marks` mean, of which `isMeant` is true.
    private func places(
        of marks: Set<EntryMark>, where isMeant: (EntryPlace, borrowing File) throws(SystemError) -> Bool
    ) throws(JournalError) -> [EntryPlace] {
        var found: [EntryPlace] = []
        for (segment, numbers) in try EntryPlace.bySegment(Set(marks.map(\.number)), source) {
            let places = try EntryPlace.find(numbers, in: segment, source).filter { $0.isReceipt && marks.contains($0.mark) }
            guard !places.isEmpty else { continue }
            do throws(SystemError) {
                let file = try File(path(segment), .read, in: source.fileSystem)
                for place in places where try isMeant(place, file) { found.append(place) }
            } catch { throw failure(segment, error) }
        }
        return found
    }

    /// Those of `numbers` whose bodies are not gone.
    func standing(_ numbers: Set<UInt64>) throws(JournalError) -> [UInt64] {
        var found: [UInt64] = []
        for (segment, numbers) in try EntryPlace.bySegment(numbers, source) {
            let places = try EntryPlace.find(numbers, in: segment, source).filter(\.isReceipt)
            do throws(SystemError) { found += try standing(places).map(\.number) } catch { throw failure(segment, error) }
        }
        return found
    }

    private func standing(_ places: [EntryPlace]) throws(SystemError) -> [EntryPlace] {
        guard let first = places.first else { return [] }
        let file = try File(path(first.segment), .read, in: source.fileSystem)
        var found: [EntryPlace] = []
        for place in places where try !file.isZero(place.body) { found.append(place) }
        return found
    }

    /// Returns those that were found.
    private func finish(_ numbers: Set<UInt64>, in segment: UInt64, _ known: Erasures) throws(JournalError) -> Set<UInt64> {
        let places = try EntryPlace.find(numbers, in: segment, source).filter(\.isReceipt)
        do throws(SystemError) {
            let standing = try standing(places)
            let open = places.map(\.mark).filter { !known.listed.contains($0) || known.unfinished.contains($0) }
            if !standing.isEmpty || !open.isEmpty {
                // Durable before the first byte changes: recovery would otherwise take a body that is half erased for one that was torn.
                try Erasures.append(.erase, open.filter { !known.listed.contains($0) }, in: source.directory, source.fileSystem)
                // A file description of its own: an error of its fsync must not hide one from the writer's.
                let file = try File(path(segment), .write, in: source.fileSystem)
                for place in standing { try file.zero(place.body) }
                // Zeros that a dead process wrote may not be durable either.
                try file.synchronize()
                try Erasures.append(.erased, open, in: source.directory, source.fileSystem)
            }
        } catch { throw failure(segment, error) }
        return Set(places.map(\.number))
    }

    private func path(_ segment: UInt64) -> String { source.directory + "/" + SegmentName.name(first: segment) }

    private func failure(_ segment: UInt64, _ error: SystemError) -> JournalError { .unwritable(path(segment), error) }
}

extension File {
    /// Whether the body at `place` is what was written.
    fileprivate func isWhole(_ place: EntryPlace) throws(SystemError) -> Bool {
        let body = try read(place.body.count, at: place.body.lowerBound)
        return body.count == place.body.count && body.withUnsafeBytes { CRC32C.checksum($0) } == place.bodyCRC
    }

    /// Whether nothing but zeros stands in `range`, as far as the file goes.
    func isZero(_ range: Range<Int>) throws(SystemError) -> Bool {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let bytes = try read(min(range.upperBound - offset, ZeroBytes.block.count), at: offset)
            guard bytes.withUnsafeBytes({ $0.isZero }) else { return false }
            if bytes.isEmpty { return true }
            offset += bytes.count
        }
        return true
    }
}
