/// What the readers of a running journal see: durable entries only.
struct LiveSource: SegmentSource {
    private let status: JournalStatus
    private let reveals: Bool
    let directory: String
    let fileSystem: JournalFileSystem

    /// - Parameter reveals: Whether what stands in the places of erased bodies is shown.
    init(_ context: WriterContext, reveals: Bool = false) {
        self.reveals = reveals
        status = context.status
        directory = context.directory
        fileSystem = context.fileSystem
    }

    var watermark: UInt64 { status.watermark }
    var erasures: Erasures { reveals ? Erasures() : status.erasures }
    func segments() -> [UInt64] { status.segments }
}
