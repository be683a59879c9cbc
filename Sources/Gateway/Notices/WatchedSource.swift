/// A source that is watched for silence.
struct WatchedSource: Equatable, Sendable {
    let name: String
    /// Milliseconds without an event after which it is silent; nothing: it may be.
    let silentAfter: Int64?
}

extension [WatchedSource] {
    /// The limits by source, without those that may be silent.
    var limits: [String: Int64] { reduce(into: [:]) { $0[$1.name] = $1.silentAfter } }
}
