import Foundation
import JSONDocument
import YAMLDocument

/// Runs an adapter's cases and compares what becomes of each request with its expectation.
package struct CaseRunner: Sendable {
    package let adapter: Adapter
    /// Whether differing expectations are written anew.
    package let updates: Bool

    package init(adapter: Adapter, updates: Bool = false) {
        self.adapter = adapter
        self.updates = updates
    }

    package func run(_ adapterCase: AdapterCase) -> CaseResult {
        CaseResult(name: adapterCase.name, verdict: verdict(adapterCase))
    }

    /// What becomes of the case's request; nothing when its time zone does not exist.
    package func outcome(of adapterCase: AdapterCase) -> TrialOutcome? {
        let request = adapterCase.request
        let secret = LabelledSecret(label: "case", value: Array(request.secret.utf8))
        guard let trial = AdapterTrial(adapter: adapter, secrets: [secret], account: request.account ?? "example", timezone: request.timezone) else {
            return nil
        }
        return trial.receive(AdapterTrial.Request(head: head(request, body: adapterCase.body), body: adapterCase.body, time: request.time))
    }

    private func head(_ request: CaseRequest, body: [UInt8]) -> RequestHead {
        let signed = RequestSigner(scheme: adapter.authentication, secret: Array(request.secret.utf8)).credentials(for: body, now: request.time)
        let right = signed.pathSuffix.isEmpty ? nil : String(signed.pathSuffix.utf8.dropFirst())
        let path: String? = if let said = request.path { said.isEmpty ? nil : said } else { right }
        if let headers = request.headers { return RequestHead(headers: headers, pathSecret: path) }
        return RequestHead(headers: signed.headers.map { (name: $0.name, value: $0.value) }, pathSecret: path)
    }

    private func verdict(_ adapterCase: AdapterCase) -> CaseResult.Verdict {
        guard let outcome = outcome(of: adapterCase) else { return .failed(["there is no such time zone"]) }
        let actual = outcome.json
        let expected = adapterCase.expected.flatMap { try? JSONValue(parsing: $0) }
        if let expected, expected == actual { return .passed }
        let text = IndentedJSON.text(actual)
        if updates {
            do {
                try Data(text.utf8).write(to: adapterCase.expectedFile, options: .atomic)
                return .updated
            } catch {
                return .failed(["'\(adapterCase.expectedFile.relativePath)' cannot be written"])
            }
        }
        guard adapterCase.expected != nil else { return .failed(["there is no expectation yet: run with UPDATE_EXPECTED=1 and read what it writes"]) }
        guard let expected else { return .failed(["the expectation is not JSON"]) }
        return .failed(Self.difference(expected: IndentedJSON.text(expected), actual: text))
    }

    /// Lines that only one of the texts has, in their order, with a mark in front.
    private static func difference(expected: String, actual: String) -> [String] {
        let old = lines(expected), new = lines(actual)
        var marked: [(line: Int, text: String)] = []
        for change in new.difference(from: old) {
            switch change {
            case .remove(let line, let text, _): marked.append((line, "- \(text)"))
            case .insert(let line, let text, _): marked.append((line, "+ \(text)"))
            }
        }
        return marked.sorted { $0.line < $1.line }.map(\.text)
    }

    private static func lines(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
    }
}
