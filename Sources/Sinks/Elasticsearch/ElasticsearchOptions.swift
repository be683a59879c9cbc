import Delivery
import Formats

/// The settings of a sink of type `elasticsearch`, which speaks to OpenSearch too.
package struct ElasticsearchOptions: SinkOptions {
    package enum Credential: Hashable, Sendable {
        /// The encoded form, base64 of `id:key`. `api-key:`
        case apiKey(String)
        /// `user:` and `password:`
        case basic(user: String, password: String)
    }

    /// Which of the API's paths documents are sent to.
    package enum Path: String, Sendable, CaseIterable {
        /// `/<index>/_bulk`: a proxy, or a key's rights, can tell indexes apart.
        case index
        /// `/_bulk`, with the index in each action: the only path that some receivers know.
        case bulk
    }

    /// What is done with a document.
    package enum Operation: String, Sendable, CaseIterable {
        /// Made; one that is there stays. A data stream takes nothing else.
        case create
        /// Made, or put in the place of the one that is there.
        case index
    }

    /// What the path of its API ends with, behind that of the URL.
    package static let api = "/_bulk"
    /// The cluster, with the path that it lives below; those of its API come behind it.
    package var destination: Destination
    /// A data stream, an index or an alias. `index:`
    package var index = "logs-weir-default"
    package var credential: Credential?
    /// `path:`
    package var path = Path.index
    /// The ingest pipeline that documents go through; nothing: the index's own. `pipeline:`
    package var pipeline: String?
    /// `op:`
    package var operation = Operation.create
    /// Whether requests are compressed. `gzip:`
    package var gzip = true
    /// Changes in one request, at most. `batch:`
    package var batch = 1000
    package var events = EventSettings(format: .ecs)

    /// Changes that a sink's `batch:` may ask for.
    package static let batchRange = 1...10_000
    /// Bytes of a request's records, roughly; the vendor's guide advises to begin with 5 MB, `http.max_content_length` is 100 MB.
    static let batchBytes = 5 << 20

    package init(destination: Destination) { self.destination = destination }

    /// What is wrong with the settings together; the sink refuses to be made while there is anything.
    package var issues: [SinkError] {
        var issues = destination.issues
        if !Self.batchRange.contains(batch) { issues.append(SinkError("batch", "a batch has 1 to 10000 changes")) }
        if !Self.isIndex(index) {
            issues.append(SinkError("index", "an index has at most 255 of a–z, 0–9, '.', '_' and '-', and begins with a letter or digit"))
        }
        if let pipeline, !HeaderValue.isToken(pipeline) { issues.append(SinkError("pipeline", "a pipeline's name is printable ASCII without spaces")) }
        if !events.format.isJSON { issues.append(SinkError("format", "an index takes JSON: canonical, ocsf or ecs")) }
        if case .apiKey(let key) = credential, !HeaderValue.isToken(key) { issues.append(SinkError("api-key", "an encoded key is base64 text")) }
        if case .basic(let user, _) = credential, user.utf8.contains(UInt8(ascii: ":")) { issues.append(SinkError("user", "a user's name has no colon")) }
        return issues
    }

    /// The names that Elasticsearch and OpenSearch both take; hidden ones and date math are left out.
    private static func isIndex(_ name: String) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) }
        guard (1...255).contains(name.utf8.count), let first = name.utf8.first, isAlphanumeric(first) else { return false }
        return name.utf8.allSatisfy { isAlphanumeric($0) || "._-".utf8.contains($0) }
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .events(try ElasticsearchSink(name: name, options: self, resources: resources))
    }
}
