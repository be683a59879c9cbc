import Bytes
import CurlTransport
import Delivery
import Formats

/// The settings of a sink of type `syslog`.
package struct SyslogSinkOptions: SinkOptions {
    /// Where the receiver listens, and how a connection there is made, proven and kept. `url:`, `networks:`, `ca:`, `certificate:`, `key:`,
    /// `timeout:`, `connect-timeout:`, `confirm:`
    package var target: StreamTarget
    /// `facility:`
    package var facility = SyslogFacility.local0
    /// The APP-NAME. `app-name:`
    package var appName = "weir"
    /// The HOSTNAME; nothing: the machine's own. `host:`
    package var host: String?
    /// The private enterprise number behind the name of the structured data; 32473 is the one that is set aside for examples (RFC 5612).
    /// `enterprise-number:`
    package var enterpriseNumber = 32473
    /// Whether the text begins with a byte order mark, as RFC 5424 section 6.4 says. `bom:`
    package var hasByteOrderMark = true
    /// How a receiver of a stream tells messages apart. `framing:`
    package var framing = SyslogMessage.Framing.octetCounting
    /// Changes that are sent and confirmed together, at most. `batch:`
    package var batch = 500
    package var events = EventSettings(format: .cef)

    /// Changes that a sink's `batch:` may ask for.
    package static let batchRange = 1...10_000
    /// Enterprise numbers that IANA can give (RFC 9371 section 3).
    package static let enterpriseNumbers = 1...4_294_967_295
    /// Characters of an APP-NAME and a HOSTNAME (RFC 5424 section 6).
    package static let appNameLength = 48
    package static let hostLength = 255
    /// Bytes of a batch's records, roughly.
    static let batchBytes = 1 << 20
    /// Bytes of the largest datagram over IPv4.
    static let datagramBytes = 65_507

    package init(target: StreamTarget) { self.target = target }

    /// What is wrong with the settings together; the sink refuses to be made while there is anything.
    package var issues: [SinkError] {
        var issues: [SinkError] = []
        if target.address.isPlain {
            if target.policy.networks.isEmpty {
                issues.append(SinkError("url", "without TLS it goes only towards an address that `networks` lists; use tls://, or list the network"))
            }
            if target.identity != nil { issues.append(SinkError("certificate", "there is no TLS to prove anything in: use tls://")) }
        }
        if target.timeout <= .zero { issues.append(SinkError("timeout", "a batch needs some time")) }
        if target.connectTimeout <= .zero { issues.append(SinkError("connect-timeout", "a connection needs some time")) }
        for (key, text, length) in [("app-name", appName, Self.appNameLength), ("host", host ?? "-", Self.hostLength)] {
            guard !text.isEmpty, text.utf8.count <= length, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                issues.append(SinkError(key, "this is 1 to \(length) characters of printable ASCII without spaces"))
                continue
            }
        }
        if !Self.enterpriseNumbers.contains(enterpriseNumber) { issues.append(SinkError("enterprise-number", "IANA gives numbers from 1 to 4294967295")) }
        if !Self.batchRange.contains(batch) { issues.append(SinkError("batch", "a batch has 1 to 10000 changes")) }
        return issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .events(try SyslogSink(name: name, options: self, resources: resources))
    }
}
