import Bytes
import FindingModel
import NIOSSL

/// What the first certificate of a PEM file says of itself.
package struct CertificateFacts: Equatable, Sendable {
    /// Its host names, which may begin with `*.`, then its addresses (RFC 5280 section 4.2.1.6), in lower case.
    package let names: [String]
    /// When it begins and when it ends to be valid.
    package let beginTime: Timestamp
    package let endTime: Timestamp

    package init(names: [String], beginTime: Timestamp, endTime: Timestamp) {
        self.names = names
        self.beginTime = beginTime
        self.endTime = endTime
    }

    /// Reads `file`; throws `.certificate` when no certificate stands in it.
    package init(file: String) throws(IngestError) {
        guard let certificate = try? NIOSSLCertificate.fromPEMFile(file).first else {
            throw IngestError(.certificate, "cannot read a certificate in \(file)")
        }
        var hosts: [String] = [], addresses: [String] = []
        for name in certificate._subjectAlternativeNames() {
            switch name.nameType {
            case .dnsName: hosts.append(String(decoding: Array(name.contents), as: UTF8.self).lowercased())
            case .ipAddress: if let address = IPAddress(bytes: Array(name.contents)) { addresses.append(address.description) }
            default: break
            }
        }
        self.init(names: hosts + addresses, beginTime: Self.time(certificate.notValidBefore), endTime: Self.time(certificate.notValidAfter))
    }

    /// Whether a private key that needs no passphrase stands in the PEM file.
    package static func isKey(file: String) -> Bool { (try? NIOSSLPrivateKey(file: file, format: .pem)) != nil }

    /// Whether a certificate stands in the PEM file.
    package static func isCertificate(file: String) -> Bool { (try? NIOSSLCertificate.fromPEMFile(file))?.isEmpty == false }

    private static func time(_ seconds: Int) -> Timestamp {
        let (milliseconds, overflow) = Int64(seconds).multipliedReportingOverflow(by: 1000)
        return Timestamp(milliseconds: overflow ? .max : milliseconds)
    }

    /// Whole days until it ends; negative when it has ended.
    package func daysLeft(at now: Timestamp) -> Int64 {
        let (left, overflow) = endTime.milliseconds.subtractingReportingOverflow(now.milliseconds)
        return overflow ? .max : Int64((Double(left) / 86_400_000).rounded(.down))
    }

    /// Whether a client that asks for `host` takes it: the name itself, or one label in the place of a leading `*` (RFC 6125 section 6.4.3).
    package func covers(_ host: String) -> Bool {
        let host = IPAddress(host)?.description ?? host.lowercased()
        return names.contains { name in
            guard name.hasPrefix("*."), let dot = host.firstIndex(of: ".") else { return name == host }
            return name.dropFirst() == host[dot...]
        }
    }
}
