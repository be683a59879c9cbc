/// Who makes up the secret by which a vendor's events are known: what the manifest says under `secret-by`.
package enum SecretMaker: String, CaseIterable, Sendable {
    /// Whoever runs the gateway, who enters it at the vendor.
    case gateway
    /// The vendor, which shows it to be copied.
    case vendor
}
