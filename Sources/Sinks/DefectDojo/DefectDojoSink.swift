import CurlTransport
import Delivery
import FindingModel

/// Hands findings to DefectDojo by `POST /api/v2/reimport-scan/` as "Generic Findings Import"
/// (DefectDojo 3.2, docs/content/import_data/import_intro/reimport.md).
///
/// A batch says what it says and nothing about other findings, so `close_old_findings` is false. The same import twice changes nothing
/// while DefectDojo matches the findings: by `unique_id_from_tool` where it is configured so, else by title, CWE and description.
package final class DefectDojoSink: EventSink {
    package let name: String
    package let limits: SinkLimits
    private let options: DefectDojoSinkOptions
    private let resources: SinkResources

    package static let type = "defectdojo"

    package init(name: String, options: DefectDojoSinkOptions, resources: SinkResources) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        self.options = options
        self.resources = resources
        limits = SinkLimits(count: options.batch, bytes: 4 << 20)
    }

    package var type: String { Self.type }
    package var keepsOneState: Bool { true }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        let content = DefectDojoBatch(batch)
        guard !content.findings.isEmpty else { return content.outcome(status: nil, id: nil) }
        do throws(TransportError) {
            let response = try await resources.transport.send(try request(content.file))
            switch DefectDojoAnswer.read(response, of: content, now: resources.clock.now.milliseconds / 1000) {
            case .success(let test): return content.outcome(status: response.status, id: "test \(test)")
            case .failure(let refusal): return refusal.outcome
            }
        } catch {
            return HTTPOutcome.of(error)
        }
    }

    package func close() async {}

    private func request(_ file: [UInt8]) throws(TransportError) -> OutboundRequest {
        var form = MultipartForm(fileName: "findings.json", json: file)
        form.add("scan_type", "Generic Findings Import")
        form.add("product_name", options.product)
        if let productType = options.productType { form.add("product_type_name", productType) }
        form.add("engagement_name", options.engagement)
        form.add("test_title", options.test)
        form.add("auto_create_context", options.createsContext ? "true" : "false")
        form.add("close_old_findings", "false")
        form.add("do_not_reactivate", options.reactivates ? "false" : "true")
        if let service = options.service { form.add("service", service) }
        let headers: [OutboundRequest.Header] = [
            .init("Authorization", "Token \(options.token)"), .init("Content-Type", form.contentType), .init("Accept", "application/json"),
            .init("User-Agent", "weir/\(resources.version)"),
        ]
        return try options.destination.request(.post, path: DefectDojoSinkOptions.api + "/reimport-scan/", headers: headers, body: form.body)
    }
}
