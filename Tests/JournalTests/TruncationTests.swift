import FindingModel
import Testing

@testable import Journal

/// A last batch of which only the beginning reached the disk, whatever the beginning.
struct TruncationTests {
    enum End: CaseIterable {
        /// The file ends.
        case fileEnds
        /// Zeros that were written ahead follow.
        case zeros
        /// The rest is there, but one block before it is not.
        case hole
    }

    private static let segment: SegmentBuilder = {
        var builder = SegmentBuilder.receipts(batches: 2)
        builder.add([.receipt("a"), .receipt(String(repeating: "b", count: 5000)), .receipt("c")])
        return builder
    }()

    @Test(arguments: End.allCases) func everyCutOfTheLastBatchLeavesTheOthers(end: End) throws {
        let last = Self.segment.layouts[2]
        var kept = 0
        for place in Self.places(last) {
            var bytes = Array(Self.segment.bytes[..<place])
            switch end {
            case .fileEnds: break
            case .zeros: bytes += [UInt8](repeating: 0, count: Self.segment.bytes.count - place + 4096)
            case .hole:
                let next = min(JournalFormat.padded(place + 1), Self.segment.bytes.count)
                bytes += [UInt8](repeating: 0, count: next - place) + Self.segment.bytes[next...]
            }
            let isWhole =
                bytes.count >= last.padding.lowerBound
                && bytes[last.offset..<last.padding.lowerBound] == Self.segment.bytes[last.offset..<last.padding.lowerBound]
            let disk = SimulatedDisk.with([])
            disk.put(bytes, at: disk.path(1))
            let opened = try JournalOpening(options: disk.options()).run()
            let (entries, skipped) = try disk.read()
            let receipts = entries.filter { $0.kind == .receipt }.map(\.number)
            #expect(receipts == Array(1...(isWhole ? 9 : 6)) && skipped.isEmpty, "cut at \(place)")
            #expect(entries.allSatisfy { $0.body.bytes != nil })
            let isEmpty = bytes[last.offset...].allSatisfy { $0 == 0 }
            #expect((opened.report.cut == nil) == (isWhole || isEmpty), "cut at \(place)")
            #expect(opened.chain.nextNumber == (isWhole ? 11 : 8))
            if let cut = opened.report.cut {
                #expect(cut.offset == last.offset)
                #expect(disk.bytes(SimulatedDisk.directory + "/" + cut.file) == Array(bytes[last.offset..<last.offset + cut.bytes]))
                #expect(bytes[(last.offset + cut.bytes)...].allSatisfy { $0 == 0 }, "nothing but zeros is thrown away")
            }
            #expect(try disk.verify().isIntact, "cut at \(place)")
            if isWhole { kept += 1 }
        }
        #expect(kept > 0)
    }

    /// Every byte of the header and the heads, and some of the rest.
    private static func places(_ layout: SegmentBuilder.Layout) -> [Int] {
        Array(layout.offset..<layout.bodies[0].upperBound + 4) + stride(from: layout.bodies[1].lowerBound + 10, to: layout.padding.lowerBound, by: 331)
            + [layout.padding.lowerBound - 1] + stride(from: layout.padding.lowerBound, through: layout.padding.upperBound, by: 509) + [
                layout.padding.upperBound
            ]
    }
}
