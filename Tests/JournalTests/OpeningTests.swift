import Digests
import FindingModel
import Glibc
import Testing

@testable import Journal

/// Directories that cannot be used: one sentence each, and nothing is touched.
struct OpeningTests {
    @Test func aNewerVersionIsRefused() throws {
        let disk = SimulatedDisk.with([SegmentBuilder.receipts(batches: 1)])
        var bytes = try #require(disk.bytes(disk.path(1)))
        bytes.withUnsafeMutableBytes { buffer in
            buffer.put(UInt32(2), at: 8)
            buffer.put(CRC32C.checksum(UnsafeRawBufferPointer(buffer).slice(0..<4092)), at: 4092)
        }
        disk.put(bytes, at: disk.path(1))
        disk.put([1], at: SimulatedDisk.directory + "/" + SegmentCopy.fileName)
        let paths = disk.paths
        let error = #expect(throws: JournalError.self) { try SegmentJournal.open(disk.options()) }
        #expect(error?.code == .newerVersion && error?.message.contains("newer version") == true)
        #expect(disk.paths == paths && disk.bytes(disk.path(1)) == bytes && disk.count("pwrite") == 0 && disk.count("unlink") == 0)
        #expect(throws: JournalError.self) { try JournalFiles(SimulatedDisk.directory, fileSystem: disk.fileSystem) }
    }

    @Test func aSecondJournalInTheDirectoryIsRefused() async throws {
        let folder = try TemporaryFolder()
        let journal = try SegmentJournal.open(folder.options()).journal
        let error = #expect(throws: JournalError.self) { try SegmentJournal.open(folder.options()) }
        #expect(error?.code == .locked && error?.message == "the journal in \(folder.journal) is in use by another process")
        await journal.stop()
        await (try SegmentJournal.open(folder.options()).journal).stop()
    }

    @Test func aDirectoryThatCannotBeMadeIsNamed() throws {
        let folder = try TemporaryFolder()
        try FileBytes.write([1], to: folder.path + "/file")
        var options = folder.options()
        options.directory = folder.path + "/file/journal"
        let error = #expect(throws: JournalError.self) { try SegmentJournal.open(options) }
        #expect(error?.code == .unwritable && error?.message == "cannot write \(folder.path)/file/journal: Not a directory")
    }

    @Test(arguments: ["open", "pwrite", "fdatasync", "rename", "fsync"]) func aDirectoryThatCannotBeWrittenIsNamed(call: String) throws {
        let disk = SimulatedDisk()
        disk.fail(call, with: EACCES)
        let error = #expect(throws: JournalError.self) { try SegmentJournal.open(disk.options()) }
        #expect(error?.code == .unwritable && error?.message == "cannot write /journal: Permission denied")
    }

    @Test func aDirectoryWithoutAJournalIsNoJournal() throws {
        let folder = try TemporaryFolder()
        for path in [folder.path, folder.path + "/nowhere"] {
            #expect(#expect(throws: JournalError.self) { try JournalFiles(path) }?.code == .corrupt)
        }
    }

    @Test func theDataDirectoryNamesItsHolder() throws {
        let folder = try TemporaryFolder()
        let now = Timestamp(milliseconds: 1_772_445_600_000)
        do {
            let lock = try DataDirectoryLock(folder.path, now: now)
            let error = #expect(throws: JournalError.self) { _ = try DataDirectoryLock(folder.path, now: now) }
            #expect(error?.code == .locked)
            #expect(error?.message == "the data directory \(folder.path) is in use by process \(getpid()), since 2026-03-02T10:00:00.000Z")
            _ = consume lock
        }
        _ = try DataDirectoryLock(folder.path, now: now)
        #expect(#expect(throws: JournalError.self) { _ = try DataDirectoryLock(folder.path + "/nowhere", now: now) }?.code == .unwritable)
    }

    @Test func whatAKilledProcessLeftHalfMadeIsRemoved() async throws {
        let disk = SimulatedDisk.with([SegmentBuilder.receipts(batches: 1)])
        for name in [SegmentBeginning.fileName, SegmentCopy.fileName] { disk.put([1, 2, 3], at: SimulatedDisk.directory + "/" + name) }
        let journal = try SegmentJournal.open(disk.options()).journal
        #expect(disk.paths == [disk.path(1)])
        await journal.stop()
    }
}
