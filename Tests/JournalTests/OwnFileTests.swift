import FindingModel
import Foundation
import Glibc
import Testing

@testable import Journal

/// Files in the gateway's folders are opened only where nobody put something else in their place.
struct OwnFileTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/file"
    }

    private func text(_ file: String) throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

    @Test func anOrdinaryFileIsMadeKeptAndEmptied() throws {
        close(try OwnFile.open(path, O_RDWR | O_CREAT))
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o600)
        try Data("kept".utf8).write(to: URL(fileURLWithPath: path))
        close(try OwnFile.open(path, O_RDWR | O_CREAT, replacing: true))
        #expect(try text(path) == "kept")
        close(try OwnFile.open(path, O_RDWR | O_CREAT | O_TRUNC))
        #expect(try text(path) == "")
    }

    @Test(arguments: [true, false], [true, false]) func aLinkIsRefusedOrReplacedAndNeverFollowed(isHard: Bool, replacing: Bool) throws {
        let victim = folder.path + "/victim"
        try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
        #expect(isHard ? link(victim, path) == 0 : symlink(victim, path) == 0)
        let flags = O_RDWR | O_CREAT | (replacing ? O_TRUNC : 0)
        if replacing {
            close(try OwnFile.open(path, flags, replacing: true))
            #expect(try text(path) == "")
        } else if !isHard {
            #expect(#expect(throws: SystemError.self) { try OwnFile.open(path, flags) }?.reason == "it is a symbolic link")
        }
        #expect(try text(victim) == "precious")
    }

    @Test func pipesAndFoldersAreRefusedWithoutWaiting() throws {
        mkfifo(path, 0o600)
        #expect(#expect(throws: SystemError.self) { try OwnFile.open(path, O_RDWR | O_CREAT) }?.reason == "it is no ordinary file")
        #expect(#expect(throws: SystemError.self) { try OwnFile.check(path) }?.number == ENXIO)
        unlink(path)
        mkdir(path, 0o700)
        #expect(#expect(throws: SystemError.self) { try OwnFile.open(path, O_RDWR | O_CREAT) }?.number == EISDIR)
        #expect(#expect(throws: SystemError.self) { try OwnFile.check(path) }?.reason == "it is a folder")
    }

    @Test func aFolderInTheWayOfWhatIsNoLossGivesWayAndLosesNothing() throws {
        mkdir(path, 0o700)
        close(try OwnFile.open(path, O_RDWR | O_CREAT, replacing: true))
        try OwnFile.check(path)
        unlink(path)
        mkdir(path, 0o700)
        try Data("precious".utf8).write(to: URL(fileURLWithPath: path + "/inner"))
        close(try OwnFile.open(path, O_RDWR | O_CREAT, replacing: true))
        try OwnFile.check(path)
        #expect(try text(path + ".folder/inner") == "precious")
    }

    @Test func whatIsNotThereIsNoObstacle() throws { try OwnFile.check(path) }

    @Test func theHoldersNameIsNotWrittenIntoAFileWithASecondName() throws {
        let victim = folder.path + "/victim", data = folder.path + "/data"
        try Data("precious".utf8).write(to: URL(fileURLWithPath: victim))
        mkdir(data, 0o700)
        #expect(link(victim, data + "/lock") == 0)
        _ = try DataDirectoryLock(data, now: Timestamp(milliseconds: 0))
        #expect(try text(victim) == "precious")
        unlink(data + "/lock")
        symlink(victim, data + "/lock")
        #expect(
            #expect(throws: JournalError.self) { _ = try DataDirectoryLock(data, now: Timestamp(milliseconds: 0)) }?.message.contains("symbolic link") == true)
        #expect(try text(victim) == "precious")
    }
}
