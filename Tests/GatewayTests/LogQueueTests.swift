import Glibc
import Testing

@testable import Gateway

struct LogQueueTests {
    private static func line(_ number: Int) -> [UInt8] { Array("line \(number)\n".utf8) }

    @Test func whatDoesNotFitIsCountedAndSaidWhereItIsMissing() {
        var backlog = LineBacklog(bytesMax: 200)
        func text(_ line: [UInt8]?) -> String { line.map { String(decoding: $0, as: UTF8.self) } ?? "nothing" }
        backlog.add(Self.line(1))
        backlog.add([UInt8](repeating: 0x20, count: 200))
        backlog.add([UInt8](repeating: 0x20, count: 200))
        backlog.add(Self.line(2))
        backlog.add([UInt8](repeating: 0x20, count: 200))
        #expect(text(backlog.next()) == "line 1\n")
        #expect(text(backlog.next()).hasSuffix("Z warning log: left out lines=2, as nobody read in time\n"))
        #expect(text(backlog.next()) == "line 2\n")
        #expect(text(backlog.next()).contains("lines=1,"))
        #expect(backlog.next() == nil && backlog.isEmpty)
    }

    @Test func nobodyWaitsForAReaderThatStandsStill() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        let queue = LogQueue(descriptor: ends[1], bytesMax: 100_000)
        // More than the pipe and the queue hold: with a writer that waits, this would never end.
        for number in 0..<50_000 { queue.write(Self.line(number)) }
        queue.drain(milliseconds: 1)
        var text: [UInt8] = []
        var lines = 0, leftOut = 0
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while lines + leftOut < 50_000 {
            let count = read(ends[0], &chunk, chunk.count)
            try #require(count > 0)
            text += chunk[..<count]
            while let end = text.firstIndex(of: 10) {
                let line = String(decoding: text[..<end], as: UTF8.self)
                text.removeFirst(end + 1)
                if let said = line.split(separator: "lines=").dropFirst().first { leftOut += Int(said.prefix { $0.isNumber }) ?? 0 } else { lines += 1 }
            }
        }
        #expect(lines + leftOut == 50_000 && lines > 1000 && leftOut > 1000)
        queue.drain(milliseconds: 10_000)
        close(ends[0])
        close(ends[1])
    }

    @Test func aReaderThatIsGoneEndsNothing() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        let queue = LogQueue(descriptor: ends[1])
        for number in 0..<100 { queue.write(Self.line(number)) }
        queue.drain(milliseconds: 10_000)
        close(ends[1])
    }
}
