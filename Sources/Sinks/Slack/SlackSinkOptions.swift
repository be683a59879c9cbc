import Delivery

/// The settings of a sink of type `slack`.
package struct SlackSinkOptions: SinkOptions {
    /// Its URL is the secret: who knows it can post.
    package var destination: Destination
    /// Changes in one message at most.
    package var batch = 20

    package init(destination: Destination) { self.destination = destination }

    /// Changes that a sink's `batch:` may ask for.
    package static let batchRange = 1...SlackMessage.changesMax

    /// What is wrong with the settings together.
    package var issues: [SinkError] {
        let issues = Self.batchRange.contains(batch) ? [] : [SinkError("batch", "a message shows 1 to \(Self.batchRange.upperBound) changes")]
        return issues + destination.issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .events(try SlackSink(name: name, options: self, resources: resources))
    }
}
