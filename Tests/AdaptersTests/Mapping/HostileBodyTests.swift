import Adapters
import Digests
import FindingModel
import JSONDocument
import Testing

struct HostileBodyTests {
    private static let rounds = 100

    @Test(arguments: ["hostedscan", "probely", "holm", "reconfirm"])
    func noBodyTrapsTheMapper(vendor: String) throws {
        let adapter = try #require(Adapter.builtIn.first { $0.name == vendor })
        let plan = try #require(SourcePlan(adapter: adapter, account: "acme", timezone: "Europe/Stockholm"))
        var parser = JSONParser()
        for name in try VendorSamples.names(of: vendor) {
            let sample = try JSONValue(parsing: VendorSamples.bytes("samples/\(vendor)/\(name)"))
            for round in 0..<Self.rounds {
                let seed = UInt64(round) &* 0x1_0000 &+ UInt64(truncatingIfNeeded: sample.bytes.count)
                var mutator = BodyMutator(seed: seed)
                let body = mutator.mutated(sample).bytes
                let event: MappedEvent
                do throws(MappingError) {
                    event = try plan.map(MappingBench.input(body), parser: &parser)
                } catch {
                    // The only faults that a mutation can make: too much depth, and one name twice.
                    #expect(error.code == .notJSON, "\(name), seed \(seed)")
                    continue
                }
                try Self.check(event, "\(name), seed \(seed)")
                #expect(try plan.map(MappingBench.input(body), parser: &parser) == event, "\(name), seed \(seed)")
            }
        }
    }

    /// What holds of every event, whatever the body says.
    private static func check(_ event: MappedEvent, _ comment: String) throws {
        #expect(event.ignored == event.records.isEmpty, "\(comment)")
        #expect(event.drift.count <= 1002 && Set(event.drift).count == event.drift.count, "\(comment)")
        if let time = event.time, let latest = event.latestTime {
            #expect(time <= latest && time <= MappingBench.receivedTime.advanced(byMilliseconds: 600_000), "\(comment)")
        }
        for mapped in event.records {
            let record = mapped.record
            #expect(try Record(kind: record.kind, parsing: record.json) == record, "\(comment)")
            try checkUnmapped(record, comment)
        }
        let notices = event.notices.map(\.uid)
        #expect(Set(notices).count == notices.count, "\(comment)")
    }

    private static func checkUnmapped(_ record: Record, _ comment: String) throws {
        let unmapped: RawJSON? =
            switch record {
            case .finding(let finding): finding.unmapped
            case .scan(let scan): scan.unmapped
            case .notice(let notice): notice.unmapped
            }
        guard let unmapped else { return }
        var parser = JSONParser()
        try parser.withTape(unmapped.bytes, depth: 44) { tape in
            #expect(tape.kind(0) == .object && tape.childCount(0) > 0, "\(comment)")
        }
    }
}
