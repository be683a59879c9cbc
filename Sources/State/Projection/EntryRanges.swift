import JSONDocument

/// Numbers of entries, as ranges that rise and do not touch.
package struct EntryRanges: Equatable, Sendable {
    private(set) var ranges: [ClosedRange<UInt64>] = []

    package init(_ ranges: [ClosedRange<UInt64>] = []) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    var isEmpty: Bool { ranges.isEmpty }

    /// How many numbers there are; as many as a number holds where there are more.
    var count: UInt64 {
        ranges.reduce(0) { sum, range in
            let (span, isOver) = (range.upperBound - range.lowerBound).addingReportingOverflow(1)
            let (total, overflows) = sum.addingReportingOverflow(span)
            return isOver || overflows ? .max : total
        }
    }

    package func contains(_ number: UInt64) -> Bool {
        var low = 0, high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= number
    }

    func union(_ other: EntryRanges) -> EntryRanges { EntryRanges(ranges + other.ranges) }

    /// The numbers of these that `other` does not have.
    func subtracting(_ other: EntryRanges) -> EntryRanges {
        var left: [ClosedRange<UInt64>] = [], holes = other.ranges[...]
        for range in ranges {
            var low = range.lowerBound, isDone = false
            while let hole = holes.first, !isDone, hole.lowerBound <= range.upperBound {
                if hole.lowerBound > low { left.append(low...hole.lowerBound - 1) }
                if hole.upperBound >= range.upperBound { isDone = true } else { low = max(low, hole.upperBound + 1) }
                // What reaches over the end concerns the next range too.
                if !isDone { holes = holes.dropFirst() }
            }
            if !isDone { left.append(low...range.upperBound) }
        }
        return EntryRanges(left)
    }

    /// The numbers of these up to `last`.
    func through(_ last: UInt64) -> EntryRanges {
        EntryRanges(ranges.filter { $0.lowerBound <= last }.map { $0.lowerBound...min($0.upperBound, last) })
    }
}

extension EntryRanges {
    /// Reads a list of objects with `first` and `last`; nothing where it is none, or holds something else.
    init?(_ list: JSONValue?) {
        guard let list = list?.arrayValue else { return nil }
        var ranges: [ClosedRange<UInt64>] = []
        for range in list {
            guard let first = range["first"]?.unsignedValue, let last = range["last"]?.unsignedValue, first <= last else { return nil }
            ranges.append(first...last)
        }
        self.init(ranges)
    }

    func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for range in ranges {
            writer.beginObject()
            writer.key("first")
            writer.unsigned(range.lowerBound)
            writer.key("last")
            writer.unsigned(range.upperBound)
            writer.endObject()
        }
        writer.endArray()
    }
}
