import Delivery

/// The settings of a sink of type `file`.
package struct FileSinkOptions: SinkOptions, Hashable {
    /// The file that is appended to; its folder must exist.
    package var path: String
    /// The size at which a new file begins; nothing: one file, however large. `rotate:`
    package var rotateBytes: Int?
    /// Full files that are kept, numbered from 1, the newest. `keep:`
    package var keep = 10

    package init(path: String) { self.path = path }

    /// What is wrong with the settings together; the sink refuses to be made while there is anything.
    package var issues: [SinkError] {
        var issues: [SinkError] = []
        if path.isEmpty || path.utf8.last == UInt8(ascii: "/") || path.utf8.contains(0) { issues.append(SinkError("path", "this is not the path of a file")) }
        if let rotateBytes, rotateBytes < 1 { issues.append(SinkError("rotate", "a file has at least one byte")) }
        if !(1...100_000).contains(keep) { issues.append(SinkError("keep", "1 to 100000 files can be kept")) }
        return issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink { .events(try FileSink(name: name, options: self)) }
}
