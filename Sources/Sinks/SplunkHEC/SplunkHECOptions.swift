import Delivery
import Formats

/// The settings of a sink of type `splunk-hec`.
package struct SplunkHECOptions: SinkOptions {
    /// What the paths of its API begin with, behind that of the URL.
    package static let api = "/services/collector"
    /// The collector, with the path that it lives below; those of its API come behind it.
    package var destination: Destination
    /// The token of the HTTP Event Collector. `token:`
    package var token: String
    /// The index; nothing: the token's own. `index:`
    package var index: String?
    /// The source type; nothing: `_json`, or `cef` for that format. `sourcetype:`
    package var sourcetype: String?
    /// What stands as the host of every event; nothing: the collector's own choice. `host:`
    package var host: String?
    /// Whether a batch counts as delivered only when the indexers have confirmed it. `ack:`
    package var acknowledgement = false
    /// Whether requests are compressed. `gzip:`
    package var gzip = true
    /// Changes in one request, at most. `batch:`
    package var batch = 1000
    package var events = EventSettings(format: .canonical)

    /// Changes that a sink's `batch:` may ask for.
    package static let batchRange = 1...10_000
    /// Bytes of a request's records, roughly; Splunk Cloud takes 1 MB.
    static let batchBytes = 800_000

    package init(destination: Destination, token: String) {
        self.destination = destination
        self.token = token
    }

    /// What is wrong with the settings together; the sink refuses to be made while there is anything.
    package var issues: [SinkError] {
        var issues = destination.issues
        if !HeaderValue.isToken(token) { issues.append(SinkError("token", "a token is printable ASCII without spaces")) }
        if !Self.batchRange.contains(batch) { issues.append(SinkError("batch", "a batch has 1 to 10000 changes")) }
        for (key, text) in [("index", index), ("sourcetype", sourcetype), ("host", host)] where text?.isEmpty == true {
            issues.append(SinkError(key, "this is empty; leave it out for the collector's own"))
        }
        return issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .events(try SplunkHECSink(name: name, options: self, resources: resources))
    }
}
