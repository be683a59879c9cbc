/// What the readers of a running journal see: durable entries only.
struct LiveSource: SegmentSource {
    private let status: JournalStatus
    let directory: String
    let fileSystem: JournalFileSystem

    init(_ context: WriterContext) {
        status = context.status
        directory = context.directory
        fileSystem = context.fileSystem
    }

    var watermark: UInt64 { status.watermark }
    var erasures: Set<UInt64> { status.erasures }
    func segments() -> [UInt64] { status.segments }
}
