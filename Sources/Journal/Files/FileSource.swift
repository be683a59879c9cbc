/// What stands in the files, with no word about how far it is durable.
struct FileSource: SegmentSource {
    let directory: String
    let fileSystem: JournalFileSystem
    /// Receipts that are known to be erased, whatever the list says.
    var concealed: Set<UInt64> = []

    var watermark: UInt64 { .max }

    /// The list of erasures, read anew each time because a running gateway may erase meanwhile.
    ///
    /// Without the list an erased body counts as damaged.
    var erasures: Erasures {
        var erasures = (try? Erasures.read(in: directory, fileSystem)) ?? Erasures()
        erasures.decide(concealed)
        return erasures
    }

    func segments() throws(JournalError) -> [UInt64] {
        do throws(SystemError) {
            return SegmentName.segments(try fileSystem.list(directory))
        } catch {
            throw JournalError(error.isMissingFile ? .corrupt : .readFailed, "cannot read the journal in \(directory): \(error.reason)")
        }
    }
}
