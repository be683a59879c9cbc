import Delivery

/// The settings of a sink of type `defectdojo`.
package struct DefectDojoSinkOptions: SinkOptions {
    /// What the paths of its API begin with, behind that of the URL.
    package static let api = "/api/v2"
    /// The site, with the path that it lives below; those of the API come behind it.
    package var destination: Destination
    /// An API v2 key.
    package var token: String
    package var product: String
    /// Also an "organization"; needed for a product that does not exist yet.
    package var productType: String?
    package var engagement = "Weir"
    /// The test's title.
    package var test = "Weir"
    /// Findings of other services in the test are other findings.
    package var service: String?
    /// Whether product, engagement and test are made when they are not there.
    package var createsContext = true
    /// Whether a finding that was closed is opened when the scanner reports it again.
    package var reactivates = true
    /// Changes in one import at most.
    package var batch = 100

    package init(destination: Destination, token: String, product: String) {
        self.destination = destination
        self.token = token
        self.product = product
    }

    /// Changes that a sink's `batch:` may ask for.
    package static let batchRange = 1...1000

    /// What is wrong with the settings together.
    package var issues: [SinkError] {
        let issues = Self.batchRange.contains(batch) ? [] : [SinkError("batch", "an import has 1 to 1000 changes")]
        return issues + destination.issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .events(try DefectDojoSink(name: name, options: self, resources: resources))
    }
}
