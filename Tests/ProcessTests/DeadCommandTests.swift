import Foundation
import JSONDocument
import Testing

/// What `weir dead` says about names that are not there.
struct DeadCommandTests {
    private static let yaml = """
        listen: { ingest: 127.0.0.1:0 }
        data: ./data
        sources:
          scan: { adapter: reconfirm, secrets: [ "file:secret" ] }
        sinks:
          archive: { type: file, path: changes.ndjson }

        """

    private static func run(_ arguments: [String], in workspace: Workspace) async throws -> WeirProgram.Outcome {
        try await WeirProgram.run(arguments + ["--config", workspace.path + "/weir.yaml"])
    }

    @Test func aMisspeltNameIsAFailure() async throws {
        let workspace = try Workspace()
        try workspace.write("secret", "secret-of-more-than-sixteen-bytes")
        try workspace.write("weir.yaml", Self.yaml)
        let gateway = try await RunningGateway.start(in: workspace)
        let list = try await Self.run(["dead", "list", "archiv"], in: workspace)
        #expect(list.status == 1 && list.errors == "weir: there is no sink 'archiv'\nhint: did you mean 'archive'?\n" && list.output.isEmpty, "\(list.errors)")
        let none = try await Self.run(["dead", "list", "archive"], in: workspace)
        #expect(none.status == 0 && none.output == "no dead letters\n", "\(none.errors)")
        for (action, done) in [("retry", "0 pending again\n"), ("drop", "0 dropped\n")] {
            let outcome = try await Self.run(["dead", action, "archive", "f_0"], in: workspace)
            #expect(outcome.status == 1 && outcome.output == done)
            #expect(
                outcome.errors == "weir: the sink 'archive' has no dead letter 'f_0'\nhint: weir dead list archive; what waits is none (--waiting shows that)\n"
            )
            let all = try await Self.run(["dead", action, "archive", "--all"], in: workspace)
            #expect(all.status == 0 && all.output == done, "\(all.errors)")
        }
        try await cancel(workspace)
        #expect(await gateway.end() == 0)
        try await cancel(workspace)
    }

    /// Without a running gateway it is known as well what a sink failed for, and when one took something last; also of one that has left.
    @Test func whatASinkSaidLastIsKnownWithoutAGateway() async throws {
        let workspace = try Workspace()
        try workspace.write("secret", SampleTests.secret)
        // Nobody listens there.
        try workspace.write("weir.yaml", Self.yaml + "  away: { type: webhook, url: \"http://127.0.0.1:9/hook\", networks: [ 127.0.0.0/8 ] }\n")
        let gateway = try await RunningGateway.start(in: workspace)
        let body = #"{"scanId":"a","status":"completed","timestamp":"2026-01-01T00:00:00Z","results":{"threatsFound":0,"details":{}}}"#
        let answer = try await PlainRequest.post(
            "/in/scan", body: Array(body.utf8), headers: ["Authorization: Bearer \(SampleTests.secret)"], port: gateway.port)
        #expect(answer.status == 200)
        var running = try await Self.run(["sinks"], in: workspace)
        for _ in 0..<600 where !running.output.contains(" 3 tries") && !running.output.contains(" 4 tries") {
            running = try await Self.run(["sinks"], in: workspace)
        }
        let told = try #require(running.output.split(separator: "\n").first { $0.hasPrefix("away: ") })
        let reason = try #require(told.components(separatedBy: " (retrying since ").first)
        #expect(await gateway.end() == 0)
        for configuration in [String(decoding: workspace.read("weir.yaml"), as: UTF8.self), Self.yaml] {
            try workspace.write("weir.yaml", configuration)
            let sinks = try await Self.run(["sinks"], in: workspace)
            #expect(sinks.status == 0 && sinks.output.contains("\(reason) (since 20") && sinks.output.contains("tries when it stopped)"), "\(sinks.output)")
            let archive = try #require(sinks.output.split(separator: "\n").first { $0.hasPrefix("archive ") })
            #expect(archive.contains("stopped") && archive.contains("Z"), "\(archive)")
        }
    }

    /// Beside a running gateway and without one.
    private func cancel(_ workspace: Workspace) async throws {
        let cancelled = try await Self.run(["replay", "--cancel", "archive"], in: workspace)
        #expect(cancelled.status == 0 && cancelled.output == "no replay to archive is under way or queued\n", "\(cancelled.errors)")
        let nobody = try await Self.run(["replay", "--cancel", "archiv"], in: workspace)
        #expect(nobody.status == 1 && nobody.errors == "weir: there is no sink 'archiv'\nhint: did you mean 'archive'?\n", "\(nobody.errors)")
        let both = try await Self.run(["replay", "archive", "--cancel", "--from", "1"], in: workspace)
        #expect(both.status == 2 && both.errors.hasPrefix("weir: --cancel takes nothing but the sink's name\n"), "\(both.errors)")
    }

    @Test(.enabled(if: DocumentedReceiver.isAvailable, "python3 is missing"))
    func ofSeveralNamesThoseThatNameNothingAreSaid() async throws {
        let receiver = try await DocumentedReceiver()
        let workspace = try SampleTests.workspace(sources: [("last", "reconfirm")])
        let yaml = String(decoding: workspace.read("weir.yaml"), as: UTF8.self)
        try workspace.write(
            "weir.yaml", yaml.replacing("routes:", with: "  hook: \(receiver.sink)\nroutes:") + "  - { to: [ hook ], when: { type: finding.* } }\n")
        try workspace.write("hook-secret", DocumentedReceiver.secret)
        let gateway = try await RunningGateway.start(in: workspace)
        let body = """
            {"scanId":"s","status":"completed","timestamp":"2026-01-01T00:00:00Z",\
            "results":{"threatsFound":1,"details":{"www.example.com":[{"id":"1","name":"refuse-me","severity":"high"}]}}}
            """
        let answer = try await PlainRequest.post(
            "/in/last", body: Array(body.utf8), headers: ["Authorization: Bearer \(SampleTests.secret)"], port: gateway.port)
        #expect(answer.status == 200)
        var letters = ""
        let end = ContinuousClock.now + .seconds(60)
        repeat { letters = try await Self.run(["dead", "list", "--json"], in: workspace).output } while letters.isEmpty && ContinuousClock.now < end
        let change = try #require(JSONValue(parsing: Array(letters.utf8.dropLast()))["change"]?.stringValue)
        let nothing = "weir: the sink 'hook' has no dead letter 'nope'\nhint: weir dead list hook; what waits is none (--waiting shows that)\n"
        for place in ["running", "stopped"] {
            let some = try await Self.run(["dead", place == "running" ? "retry" : "drop", "hook", change, "nope"], in: workspace)
            #expect(some.status == 1 && some.output.hasPrefix("1 ") && some.errors == nothing, "\(place): \(some.output)\(some.errors)")
            if place == "running" {
                repeat { letters = try await Self.run(["dead", "list", "--json"], in: workspace).output } while letters.isEmpty && ContinuousClock.now < end
                #expect(await gateway.end() == 0)
            }
        }
    }
}
