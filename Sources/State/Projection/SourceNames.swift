import GRDB

/// Sources' numbers in state.db, given in the order in which the journal first names them; 0 is the gateway itself.
struct SourceNames {
    static let gateway: Int64 = 0

    private var numbers: [String: Int64] = ["": Self.gateway]

    init(from database: Database) throws {
        for row in try CheckedRow.fetchAll(database, sql: "SELECT id, name FROM sources") { numbers[try row[1]] = try row[0] }
    }

    /// The name of the source with that number.
    func name(of number: Int64) -> String? { numbers.first { $0.value == number }?.key }

    /// The number of the source called `name`, given now if it has none.
    mutating func number(of name: String, in database: Database) throws -> Int64 {
        if let known = numbers[name] { return known }
        let number = Int64(numbers.count)
        try database.cachedStatement(sql: "INSERT INTO sources VALUES (?, ?)").execute(arguments: [number, name])
        numbers[name] = number
        return number
    }
}
