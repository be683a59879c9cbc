/// What one address says about a resource.
package struct AddressParts: Equatable, Sendable {
    /// In its canonical form.
    package var ip: String?
    /// In its ASCII form, in lower case, without a dot at the end.
    package var hostname: String?
    /// The host name as it is written, ASCII letters in lower case, where that is not its ASCII form.
    package var writtenHostname: String?
    /// 1 to 65535, only where it is written.
    package var port: Int?
    /// As written, without user name and password.
    package var url: String?
    /// A URL's path, without query and fragment; absent when empty.
    package var path: String?
    /// `ip`, `host` or `web`.
    package var type: String?
    /// `tcp` or `udp` where it stands beside the port.
    package var protocolName: String?

    package init() {}
}
