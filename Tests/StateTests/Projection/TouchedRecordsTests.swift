import FindingModel
import GRDB
import Testing

@testable import State

/// What a void leaves out is known again however much it is.
struct TouchedRecordsTests {
    private static func key(_ number: Int) -> EventKey { EventKey(scope: KeyScope(vendor: "v", account: "a"), kind: "k", key: "\(number)") }

    @Test func moreKeysThanStandInMemoryAreAllKnown() throws {
        let folder = try TemporaryFolder()
        let store = try StateStore.open(path: folder.file("state.db"))
        let count = TouchedRecords.keysInMemoryMax + 500
        try store.withWriter { database in
            try database.inTransaction {
                let touched = try TouchedRecords(from: database)
                for number in 0..<count { try touched.add(Self.key(number)) }
                let again = try TouchedRecords(from: database)
                for known in [touched, again] {
                    for number in 0..<count { #expect(try known.contains(Self.key(number))) }
                    for number in count..<count + 500 { #expect(try !known.contains(Self.key(number))) }
                }
                return .commit
            }
        }
        store.close()
    }
}
