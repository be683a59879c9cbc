import Digests
import FindingModel
import Glibc
import Testing

@testable import Journal

/// Files that say what no journal writes, with checksums that are right: every number in them is outside data.
struct HostileFileTests {
    /// Numbers at which arithmetic breaks.
    private static let edges: [UInt64] = [
        0, 1, 2, 4095, 4096, 1 << 31, 1 << 32 - 1, 1 << 40, 1 << 62 - 2, 1 << 62 - 1, 1 << 62, 1 << 63 - 2, 1 << 63 - 1, 1 << 63, .max - 1, .max,
    ]

    /// Every way of reading, then a start, entries, and another start; none may trap, and what is appended is read back.
    private static func use(_ disk: SimulatedDisk) async throws {
        let files = try JournalFiles(SimulatedDisk.directory, fileSystem: disk.fileSystem)
        _ = try files.verify(settleMilliseconds: 0).problems.map(\.sentence)
        _ = try files.statistics()
        _ = try files.head()
        _ = try files.configurations()
        _ = try files.export(all: true) { _ in }
        for seed in 1...2 {
            let (journal, recovery) = try SegmentJournal.open(disk.options(seed: UInt64(seed)))
            _ = recovery.sentences
            let appended = try? await journal.append(.receipt("next"))
            if let appended {
                var reader = journal.reader(from: appended.number)
                #expect(try reader.all().map(\.text) == ["next"])
            }
            await journal.stop()
        }
    }

    /// A segment whose second batch says `change`, under a checksum that fits.
    private static func disk(_ change: (UnsafeMutableRawBufferPointer) -> Void) -> SimulatedDisk {
        let builder = SegmentBuilder.receipts(batches: 3)
        let disk = SimulatedDisk.with([builder]), start = builder.layouts[1].offset
        var bytes = disk.bytes(disk.path(1)) ?? []
        bytes.withUnsafeMutableBytes { buffer in
            let batch = UnsafeMutableRawBufferPointer(rebasing: buffer[start...])
            change(batch)
            batch.put(CRC32C.checksum(UnsafeRawBufferPointer(batch).slice(0..<124)), at: 124)
        }
        disk.put(bytes, at: disk.path(1))
        return disk
    }

    @Test(arguments: edges) func aBatchHeaderMaySayAnyNumber(number: UInt64) async throws {
        for place in [32, 48, 56, 64] { try await Self.use(Self.disk { $0.put(number, at: place) }) }
        for place in [40, 44] { try await Self.use(Self.disk { $0.put(UInt32(truncatingIfNeeded: number), at: place) }) }
        // A length that fits its parts.
        try await Self.use(
            Self.disk {
                $0.put(number, at: 48)
                $0.put((number &+ 128 &+ 4095) & ~4095, at: 56)
            })
    }

    @Test(arguments: edges) func aHeadMaySayAnyNumber(number: UInt64) async throws {
        for place in [8, 16, 24, 32, 40] {
            try await Self.use(
                Self.disk { batch in
                    let length = Int(UnsafeRawBufferPointer(batch).number(UInt32.self, at: 128))
                    batch.put(number, at: 128 + place)
                    batch.put(CRC32C.checksum(UnsafeRawBufferPointer(batch).slice(128..<128 + length - 4)), at: 128 + length - 4)
                })
        }
    }

    @Test(arguments: edges) func aSegmentMaySayAnyFirstNumber(number: UInt64) async throws {
        let builder = SegmentBuilder.receipts(batches: 1)
        let disk = SimulatedDisk.with([builder])
        var bytes = builder.bytes
        bytes.withUnsafeMutableBytes { buffer in
            for place in [32, 72, 80] { buffer.put(number, at: place) }
            buffer.put(CRC32C.checksum(UnsafeRawBufferPointer(buffer).slice(0..<4092)), at: 4092)
        }
        disk.put(bytes, at: disk.path(1))
        try await Self.use(disk)
        // And a file of such a name beside it.
        let planted = SimulatedDisk.with([builder])
        planted.put(bytes, at: planted.path(number))
        try await Self.use(planted)
    }

    /// Seeds of segments that were changed at random; one that found a fault stays here.
    private static let seeds: [UInt64] = Array(1...200) + [0x5EED_0001, 0xFEED_FACE, 0xDEAD_BEEF, 0x0BAD_CAFE]

    @Test(arguments: seeds) func aSegmentMayHoldAnything(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let builder = SegmentBuilder.receipts(batches: 4)
        var bytes = builder.bytes + [UInt8](repeating: 0, count: 8192)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            guard let layout = builder.layouts.randomElement(using: &random) else { break }
            bytes.withUnsafeMutableBytes { buffer in
                switch Int.random(in: 0..<4, using: &random) {
                case 0: buffer[Int.random(in: 0..<buffer.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1:
                    let place = [32, 40, 44, 48, 56, 64].randomElement(using: &random) ?? 32
                    buffer.put(Self.edges.randomElement(using: &random) ?? 0, at: layout.offset + place)
                case 2:
                    let from = Int.random(in: 0..<buffer.count / 4096, using: &random) * 4096
                    let to = Int.random(in: 0..<buffer.count / 4096, using: &random) * 4096
                    let block = Array(buffer[from..<from + 4096])
                    block.withUnsafeBytes { buffer.put($0, at: to) }
                default: buffer.put(random.next(), at: layout.heads[0].lowerBound + Int.random(in: 0..<80, using: &random))
                }
                let batch = UnsafeMutableRawBufferPointer(rebasing: buffer[layout.offset...])
                let head = layout.heads[0].lowerBound - layout.offset, end = layout.heads[0].upperBound - layout.offset - 4
                batch.put(CRC32C.checksum(UnsafeRawBufferPointer(batch).slice(head..<end)), at: end)
                batch.put(CRC32C.checksum(UnsafeRawBufferPointer(batch).slice(0..<124)), at: 124)
            }
        }
        if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count - 4096, using: &random)) }
        let disk = SimulatedDisk.with([])
        disk.put(bytes, at: disk.path(1))
        try await Self.use(disk)
    }

    @Test func aSparseFileCostsWhatItHolds() async throws {
        let folder = try TemporaryFolder()
        _ = try JournalFileSystem.system.createDirectory(folder.journal)
        var builder = SegmentBuilder.receipts(batches: 2)
        let last = builder.bytes.count
        builder.add([.receipt("the last")])
        var bytes = builder.bytes
        bytes.withUnsafeMutableBytes { buffer in
            let batch = UnsafeMutableRawBufferPointer(rebasing: buffer[last...])
            batch.put(UInt64(1) << 40, at: 48)
            batch.put((UInt64(1) << 40 + UInt64(builder.layouts[2].bodies[0].lowerBound - last) + 4095) & ~4095, at: 56)
            batch.put(CRC32C.checksum(UnsafeRawBufferPointer(batch).slice(0..<124)), at: 124)
        }
        let path = folder.journal + "/" + SegmentName.name(first: 1)
        try FileBytes.write(bytes, to: path)
        try FileBytes.write(Array("\nerase 2\n".utf8), to: folder.journal + "/erased")
        for file in [path, folder.journal + "/erased"] { #expect(truncate(file, off_t(file == path ? 1 << 42 : 1 << 30)) == 0) }
        var before = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &before)
        let files = try JournalFiles(folder.journal)
        #expect(try files.statistics().lastNumber == 6 && files.verify(settleMilliseconds: 0).problems.isEmpty == false)
        #expect(try files.export { _ in }.isEmpty && files.head()?.number == 6)
        var after = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &after)
        // KiB; the suites beside it take some, too.
        #expect(after.ru_maxrss - before.ru_maxrss < 300 << 10)
    }
}
