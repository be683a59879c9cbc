import Glibc

/// Gives back the pages of program code that only the start needed.
///
/// Code stays in the kernel's page cache and is mapped again when it runs, so this costs a few microseconds a page that is used once more, and
/// an idle gateway holds about half of the memory (docs/performance.md).
package enum StartPages {
    /// Unmaps the pages of all executable file mappings; does nothing where the system does not list them.
    package static func release() {
        guard let maps = fopen("/proc/self/maps", "r") else { return }
        defer { fclose(maps) }
        var line = [CChar](repeating: 0, count: 4096)
        var ranges: [(start: UInt, end: UInt)] = []
        while fgets(&line, Int32(line.count), maps) != nil {
            if let range = codeRange(line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }) { ranges.append(range) }
        }
        // Only mappings without write permission that hold code: nothing in them can differ from the file.
        for range in ranges { madvise(UnsafeMutableRawPointer(bitPattern: range.start), Int(clamping: range.end - range.start), MADV_DONTNEED) }
    }

    /// The addresses of a line of proc_pid_maps(5), if it is a private, executable, read-only mapping of a file.
    static func codeRange(_ line: [UInt8]) -> (start: UInt, end: UInt)? {
        let fields = line.split(separator: UInt8(ascii: " "))
        guard fields.count >= 6, fields[1].elementsEqual("r-xp".utf8), fields[5].first == UInt8(ascii: "/") else { return nil }
        let bounds = fields[0].split(separator: UInt8(ascii: "-"))
        guard bounds.count == 2, let start = UInt(String(decoding: bounds[0], as: UTF8.self), radix: 16),
            let end = UInt(String(decoding: bounds[1], as: UTF8.self), radix: 16), start > 0, end > start
        else { return nil }
        return (start, end)
    }
}
