import Digests
import FindingModel
import JSONDocument

/// One source of an adapter, on which requests are tried out as the gateway would take them, without a gateway.
package struct AdapterTrial: Sendable {
    /// A request, the clock at its receipt, and the one receipt that it would become.
    package struct Request: Sendable {
        package var head: RequestHead
        package var body: [UInt8]
        package var time: Timestamp

        package init(head: RequestHead, body: [UInt8], time: Timestamp) {
            self.head = head
            self.body = body
            self.time = time
        }
    }

    package let adapter: Adapter
    private let secrets: [LabelledSecret]
    private let plan: SourcePlan
    private let redactor: Redactor

    /// Nothing when there is no time zone of that name.
    package init?(adapter: Adapter, secrets: [LabelledSecret], account: String = "example", timezone: String? = nil, redact: [RedactionRule] = []) {
        guard let plan = SourcePlan(adapter: adapter, account: account, timezone: timezone, redact: redact) else { return nil }
        self.adapter = adapter
        self.secrets = secrets
        self.plan = plan
        redactor = Redactor(rules: adapter.redaction, extra: redact, secrets: secrets.map(\.value))
    }

    /// What becomes of `request`: authentication, then JSON, then redaction, then mapping.
    package func receive(_ request: Request) -> TrialOutcome {
        if let refusal = authenticate(request) { return .refused(refusal) }
        return accept(request)
    }

    /// What becomes of `request` if it is authentic.
    package func accept(_ request: Request) -> TrialOutcome {
        var parser = JSONParser()
        let redacted: RedactionResult
        do {
            redacted = try request.body.withUnsafeBytes { body in
                let document = body.afterByteOrderMark
                return redactor.redact(try parser.parse(document), body: document)
            }
        } catch let error as JSONError {
            return .refused(TrialOutcome.Refusal(error))
        } catch {
            return .refused(TrialOutcome.Refusal(code: "invalid_json", detail: "\(error)"))
        }
        var kept = request.body, places: [String] = []
        if case .rewritten(let body, let removed) = redacted { (kept, places) = (body, removed) }
        let input = MappingInput(
            body: kept, headers: keptHeaders(request.head), receipt: 1, receivedTime: request.time, bodySHA256: SHA256Hash.digest(of: kept),
            bodySize: kept.count)
        do throws(MappingError) {
            return .mapped(try plan.map(input, parser: &parser), kept: kept, redacted: places)
        } catch {
            return .refused(TrialOutcome.Refusal(code: error.code == .notJSON ? "invalid_json" : error.code.rawValue, detail: error.message))
        }
    }

    private func keptHeaders(_ head: RequestHead) -> [HeaderField] {
        let names = adapter.keepsHeaders
        return head.headers.map { HeaderField(name: $0.name.lowercased(), value: $0.value) }.filter { names.contains($0.name) }
    }

    private func authenticate(_ request: Request) -> TrialOutcome.Refusal? {
        let authenticator = Authenticator(scheme: adapter.authentication, secrets: secrets)
        switch authenticator.checkHead(request.head) {
        case .authentic:
            return nil
        case .refused(let refusal):
            return TrialOutcome.Refusal(refusal)
        case .needsBody(let pending):
            let decision = request.body.withUnsafeBytes { authenticator.checkBody(pending, body: $0, now: request.time) }
            guard case .refused(let refusal) = decision else { return nil }
            return TrialOutcome.Refusal(refusal)
        }
    }
}
