import FindingModel
import GRDB

/// Finding a change by a column that does not fall along the sequence, without an index on it.
enum ChangeOrder {
    /// The sequence of the first change at or behind `beginning`; one more than the last when there is none.
    static func first(in database: Database, from beginning: ReceiptBound) throws -> UInt64 {
        switch beginning {
        case .receipt(let number): return try first(in: database, column: "entry", atLeast: Int64(clamping: number))
        case .received(let time): return try first(in: database, column: "received", atLeast: time.milliseconds)
        case .wall(let time):
            // Along the receipt times as if they were the clock's, then among the changes whose clock said something else.
            let found = try first(in: database, column: "received", atLeast: time.milliseconds)
            let other = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM changes WHERE wall >= ?", arguments: [time.milliseconds])
            return min(found, other.map { UInt64(clamping: $0) } ?? found)
        }
    }

    /// The sequence of the last change before `end`; 0 when there is none.
    static func last(in database: Database, before end: ReceiptBound) throws -> UInt64 {
        switch end {
        case .receipt(let number): return try last(in: database, column: "entry", below: number < UInt64(Int64.max) ? Int64(number) + 1 : .max)
        case .received(let time): return try last(in: database, column: "received", below: time.milliseconds)
        case .wall(let time):
            let found = try last(in: database, column: "received", below: time.milliseconds)
            let other = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM changes WHERE wall < ?", arguments: [time.milliseconds])
            return max(found, other.map { UInt64(clamping: $0) } ?? 0)
        }
    }

    /// The sequence of the first change whose `column` (`received` or `entry`) is at least `value`; one more than the last when there is none.
    ///
    /// Entries go back along the row where the journal had lost some, or has some again; receipt times there, and where a clock had been ahead. Each
    /// stretch between such places is looked through by itself.
    private static func first(in database: Database, column: String, atLeast value: Int64) throws -> UInt64 {
        guard let row = try rows(database) else {
            return UInt64(clamping: try Int64.fetchOne(database, sql: "SELECT sequence FROM projection") ?? 0) + 1
        }
        for stretch in try stretches(of: row, column, in: database) {
            let found = try first(in: database, column: column, atLeast: value, stretch)
            if found < stretch.upperBound { return UInt64(clamping: found) }
        }
        return UInt64(clamping: row.upperBound)
    }

    /// The sequences of the changes that the entry of the number `number` made: more than one stretch where they were told at several times.
    ///
    /// - Parameter includingLost: Whether those count too of an entry that the journal has lost, and whose number it has given to another since.
    static func ranges(ofEntry number: UInt64, includingLost: Bool = false, in database: Database) throws -> [Range<Int64>] {
        guard let row = try rows(database) else { return [] }
        let entry = Int64(clamping: number)
        return try stretches(of: row, "entry", in: database).compactMap { stretch in
            let first = try first(in: database, column: "entry", atLeast: entry, stretch)
            let behind = entry == .max ? stretch.upperBound : try self.first(in: database, column: "entry", atLeast: entry + 1, stretch)
            guard first < behind else { return nil }
            return try includingLost || isOwn(first, entry: number, in: database) ? first..<behind : nil
        }
    }

    /// Whether the first change at or behind `sequence` bears a tag under which the journal's entry `number` makes changes.
    private static func isOwn(_ sequence: Int64, entry number: UInt64, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(sql: "SELECT tag FROM changes WHERE sequence >= ? ORDER BY sequence LIMIT 1")
        guard let tag = try String.fetchOne(statement, arguments: [sequence]) else { return false }
        return try Remade.isOwn(tag, ofEntry: number, in: database)
    }

    /// The sequence of the last change whose `column` is less than `value`; 0 when there is none.
    private static func last(in database: Database, column: String, below value: Int64) throws -> UInt64 {
        guard let row = try rows(database) else { return 0 }
        for stretch in try stretches(of: row, column, in: database).reversed() {
            let behind = try first(in: database, column: column, atLeast: value, stretch)
            if behind > stretch.lowerBound { return UInt64(clamping: behind - 1) }
        }
        return 0
    }

    /// The sequences that there are.
    private static func rows(_ database: Database) throws -> Range<Int64>? {
        guard let first = try Int64.fetchOne(database, sql: "SELECT min(sequence) FROM changes"),
            let last = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM changes")
        else { return nil }
        return first..<last + 1
    }

    /// The parts of `row` along which `column` never falls.
    private static func stretches(of row: Range<Int64>, _ column: String, in database: Database) throws -> [Range<Int64>] {
        let turns = try Int64.fetchAll(database, sql: "SELECT sequence FROM turns ORDER BY sequence")
        let stretches = parts(of: row, at: turns)
        guard column == "received" else { return stretches }
        let steps = try Int64.fetchAll(database, sql: "SELECT entry FROM clock_steps ORDER BY entry")
        guard !steps.isEmpty else { return stretches }
        // The first change at or behind each place where receipt times went back begins a new part.
        return try stretches.flatMap { stretch in
            try parts(of: stretch, at: steps.map { try first(in: database, column: "entry", atLeast: $0, stretch) })
        }
    }

    /// `row` cut at `places`, which rise.
    private static func parts(of row: Range<Int64>, at places: [Int64]) -> [Range<Int64>] {
        let bounds = [row.lowerBound] + places.filter { row.lowerBound < $0 && $0 < row.upperBound } + [row.upperBound]
        return zip(bounds, bounds.dropFirst()).filter { $0 < $1 }.map { $0..<$1 }
    }

    private static func first(in database: Database, column: String, atLeast value: Int64, _ stretch: Range<Int64>) throws -> Int64 {
        let statement = try database.cachedStatement(sql: "SELECT sequence, \(column) FROM changes WHERE sequence >= ? ORDER BY sequence LIMIT 1")
        return try first(of: stretch, atLeast: value) {
            guard let row = try CheckedRow.fetchOne(statement, arguments: [$0]) else { return nil }
            return try (row[0], row[1])
        }
    }

    /// Halves `stretch` until the first row is found whose value is at least `value`; its end when there is none.
    ///
    /// - Parameter next: the first row at a sequence or behind it. One before it is what a damaged file gives, in which a search would have no end.
    static func first(of stretch: Range<Int64>, atLeast value: Int64, next: (Int64) throws -> (sequence: Int64, value: Int64)?) throws -> Int64 {
        var low = stretch.lowerBound, high = stretch.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            guard let row = try next(middle) else { break }
            guard row.sequence >= middle else {
                throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the changes are out of order: \(row.sequence) stands behind \(middle)")
            }
            if row.value >= value { high = middle } else { low = min(row.sequence + 1, high) }
        }
        return low
    }
}
