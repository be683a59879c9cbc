import CurlTransport
import Delivery
import JSONDocument

/// What an answer of `reimport-scan` means (DefectDojo 3.2, dojo/api_v2/serializers.py `ReImportScanSerializer`, exception_handler.py).
enum DefectDojoAnswer {
    /// The id of the test that has the findings.
    ///
    /// - Parameters:
    ///   - content: What was imported.
    ///   - now: Seconds since 1970.
    static func read(_ response: OutboundResponse, of content: DefectDojoBatch, now: Int64) -> Result<String, Refusal> {
        let answer = try? JSONValue(parsing: response.body)
        let failure = HTTPOutcome.failure(response, words: answer.flatMap(words), now: now)
        switch response.status {
        case 200...299:
            if let id = answer?["test_id"]?.integerValue ?? answer?["test"]?.integerValue { return .success(String(id)) }
            // A page of a proxy or of the login is no import.
            let words = AnswerText.line(response.body)
            let lie = DeliveryFailure("answered \(response.status) without a test: \(words)", status: response.status, mayHaveArrived: true)
            return .failure(Refusal(.retry(lie)))
        // Two requests made the same product or engagement at once; the next attempt finds it.
        case 409: return .failure(Refusal(.retry(failure)))
        case 400 where names(answer).contains(where: contextNames.contains): return .failure(Refusal(.pause(failure)))
        case 500 where isOfTheImporter(answer): return .failure(Refusal(content.findings.count > 1 ? .split(failure) : content.outcome(putOff: failure)))
        default: return .failure(Refusal(HTTPOutcome.of(response, words: answer.flatMap(words), now: now)))
        }
    }

    struct Refusal: Error {
        let outcome: DeliveryOutcome

        init(_ outcome: DeliveryOutcome) { self.outcome = outcome }
    }

    /// Whether a 500 tells of an error inside the importer and not of an outage: then it is an object with nothing but `message`, and at most the
    /// product's announcement. Before that is written the system settings are read, so the program and its database answer; what else
    /// says 500, a proxy or a program without its database, does not say it so (dojo/api_v2/exception_handler.py, `custom_exception_handler`).
    private static func isOfTheImporter(_ answer: JSONValue?) -> Bool {
        let names = Set(names(answer))
        return answer?["message"]?.stringValue != nil && names.isSubset(of: ["message", "pro"])
    }

    /// Fields of the request that come from the configuration: no other batch would be taken either.
    private static let contextNames: Set<String> = [
        "scan_type", "product_type_name", "product_name", "engagement_name", "test_title", "auto_create_context", "close_old_findings",
        "do_not_reactivate", "environment", "service", "minimum_severity", "test", "engagement", "product",
    ]

    private static func names(_ answer: JSONValue?) -> [String] { answer?.objectValue?.map(\.name) ?? [] }

    /// `message` and `detail`, or else the errors by field.
    private static func words(_ answer: JSONValue) -> String? {
        for name in ["message", "detail"] {
            if let text = answer[name]?.stringValue { return text }
        }
        let errors = answer.objectValue?.map { member in
            let texts = member.value.arrayValue?.compactMap(\.stringValue) ?? [member.value.stringValue].compactMap { $0 }
            return "\(member.name): \(texts.joined(separator: " "))"
        }
        return errors.flatMap { $0.isEmpty ? nil : $0.joined(separator: "; ") }
    }
}
