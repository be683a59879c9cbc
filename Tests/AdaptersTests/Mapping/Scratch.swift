import Adapters
import Digests
import FindingModel
import Foundation
import JSONDocument
import Testing
import YAMLDocument

struct Scratch {
    @Test func scratch() throws {
        for name in ["example", "hostedscan"] {
            let yaml = try String(contentsOfFile: "/tmp/b/\(name).yaml", encoding: .utf8)
            switch Adapter.compile(name: name, yaml: yaml, file: "\(name).yaml") {
            case .failure(let issues): print(issues.text)
            case .success(let adapter):
                print("ok", adapter.name, adapter.keepsHeaders, adapter.keyIsFromBody)
                guard name == "hostedscan" else { continue }
                let plan = SourcePlan(adapter: adapter, account: "acme")!
                var parser = JSONParser()
                for file in try VendorSamples.names(of: "hostedscan") {
                    let body = try VendorSamples.bytes("samples/hostedscan/\(file)")
                    let input = MappingInput(body: body, headers: [], receipt: 7, receivedTime: Timestamp(milliseconds: 1_770_000_000_000), bodySHA256: SHA256Hash.digest(of: body), bodySize: body.count)
                    let event = try plan.map(input, parser: &parser)
                    print("== \(file)", event.key ?? "-", event.kind, event.kindRank, event.time?.rfc3339 ?? "-", event.ignored)
                    for record in event.records { print(record.record.json.text) }
                    for drift in event.drift { print("  drift", drift.kind, drift.place) }
                }
            }
        }
    }
}
