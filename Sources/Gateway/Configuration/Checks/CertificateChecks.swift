import CurlTransport
import FindingModel
import Ingest
import YAMLDocument

/// Whether a certificate will do: the ingest port's for those who come, still valid and for the name that they ask for, and a sink's for its receiver.
enum CertificateChecks {
    /// Days before its end from which a certificate is warned about.
    static let daysMin = 30

    static func run(_ configuration: GatewayConfiguration, _ listenNode: YAMLNode?, _ context: inout SettingsContext) {
        guard let tls = configuration.listen.ingest.tls, let facts = try? CertificateFacts(file: tls.certificate),
            let node = listenNode?["ingest"]?["tls"]?["certificate"] ?? listenNode
        else { return }
        for problem in problems(facts, publicURL: configuration.publicURL, now: context.now) {
            context.issues.warning(node, "tls.certificate: " + problem.message, hint: problem.hint)
        }
    }

    /// Adds what is wrong with the certificate that a sink shows its receiver.
    static func run(client file: String, _ node: YAMLNode, _ what: String, _ context: inout SettingsContext) {
        guard let facts = facts(of: file, node, what, &context) else { return }
        for problem in validity(facts, takenBy: "receiver", now: context.now) {
            context.issues.warning(node, "\(what): \(problem.message)", hint: problem.hint)
        }
    }

    /// What the certificate in a sink's PEM file says; nothing, and an error, when none stands there.
    static func facts(of file: String, _ node: YAMLNode, _ what: String, _ context: inout SettingsContext) -> CertificateFacts? {
        do throws(IngestError) {
            return try CertificateFacts(file: file)
        } catch {
            let hint =
                CertificateFacts.isKey(file: file)
                ? "a private key stands there: it belongs under 'key'" : "a PEM file, in which a line is -----BEGIN CERTIFICATE-----"
            context.issues.error(node, "\(what): there is no certificate in \(file)", hint: hint)
            return nil
        }
    }

    /// Adds an error when no key stands in the file of a sink's.
    static func run(key file: String, _ node: YAMLNode, _ what: String, _ context: inout SettingsContext) {
        guard !CertificateFacts.isKey(file: file) else { return }
        let hint =
            CertificateFacts.isCertificate(file: file)
            ? "a certificate stands there: it belongs under 'certificate'"
            : "a PEM file without a passphrase, in which a line is -----BEGIN PRIVATE KEY-----"
        context.issues.error(node, "\(what): there is no private key in \(file)", hint: hint)
    }

    /// What is wrong with the ingest port's, and what to do.
    static func problems(_ facts: CertificateFacts, publicURL: String?, now: Timestamp) -> [(message: String, hint: String?)] {
        var problems = validity(facts, takenBy: "sender", now: now)
        if let host = publicURL.flatMap({ URLHost.host(of: $0) }), !facts.covers(host) {
            let names = facts.names.isEmpty ? "for no host name" : "for " + facts.names.joined(separator: ", ")
            problems.append(("it is \(names), not for \(host) of public-url", "behind a proxy that has its own certificate this does not matter"))
        }
        return problems
    }

    private static func validity(_ facts: CertificateFacts, takenBy peer: String, now: Timestamp) -> [(message: String, hint: String?)] {
        let days = facts.daysLeft(at: now), renewal = "renew it; SIGHUP takes the new one without a restart"
        if now < facts.beginTime { return [("it is valid only from \(facts.beginTime.rfc3339) on, so no \(peer) takes it yet", nil)] }
        if days < 0 { return [("it expired on \(facts.endTime.rfc3339), so no \(peer) takes it", renewal)] }
        return days < daysMin ? [("it expires in \(days) day\(days == 1 ? "" : "s"), on \(facts.endTime.rfc3339)", renewal)] : []
    }
}

/// The host of an absolute URL in the form by which hosts are compared, an IPv6 address without its brackets.
package enum URLHost {
    package static func host(of url: String) -> String? {
        guard let host = (try? OutboundURL(url))?.host else { return nil }
        return PlaceName.comparable(host)
    }
}
