import Ingest
import Logging

extension GatewayConfiguration {
    /// What a start and a reload say in the log: which version runs on which configuration, and how long its certificate is good for.
    package var logged: Logger.Metadata {
        var told: Logger.Metadata = [
            "version": "\(ProgramVersion.current)", "configuration": "\(digest.prefix(12))", "sources": "\(sources.count)", "sinks": "\(sinks.count)",
        ]
        if let tls = listen.ingest.tls, let facts = try? CertificateFacts(file: tls.certificate) {
            told["certificate_days"] = "\(facts.daysLeft(at: SystemClock.now()))"
        }
        return told
    }
}
