import Dispatch
import Glibc

/// Gives memory back that a burst left with the C library, which keeps freed pages for itself.
package enum MemoryReturn {
    private static let interval = 10

    /// Looks every ten seconds from now on, on a thread of its own.
    package static func begin() {
        // malloc.h is not part of Swift's Glibc module.
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        typealias Trim = @convention(c) (Int) -> Int32
        let trim = unsafeBitCast(symbol, to: Trim.self)
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "weir.memory", qos: .utility))
        var watch = MemoryWatch()
        timer.schedule(deadline: .now() + .seconds(interval), repeating: .seconds(interval), leeway: .seconds(1))
        // The handler keeps its source for as long as the process lives.
        timer.setEventHandler {
            _ = timer
            guard watch.isDue(resident: resident()) else { return }
            _ = trim(0)
            watch.gaveBack(resident: resident())
        }
        timer.activate()
    }

    /// Bytes of the process that are in RAM.
    private static func resident() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return 0 }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}

/// Decides when giving memory back is worth the while that it takes.
struct MemoryWatch {
    /// Below this there is nothing to be had.
    private static let small = 64 << 20
    private static let step = 24 << 20
    private var last = 0

    /// Whether so much more is in RAM than after the last time that some of it may be unused.
    func isDue(resident: Int) -> Bool { resident > Self.small && resident > last + Self.step }

    mutating func gaveBack(resident: Int) { last = resident }
}
