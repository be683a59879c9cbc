/// One flaw on one asset, as its scanner knows it; the `data` of a `finding.*` change.
package struct Finding: Equatable, Sendable {
    /// `f_` and 32 hex digits; see `RecordIdentity`.
    package var uid: String
    /// The vendor's own id, where it has one.
    package var sourceUID: String?
    package var fingerprints: Fingerprints
    package var title: String
    package var desc: String?
    package var remediation: String?
    package var severity: Severity = .unknown
    /// The vendor's severity word, verbatim.
    package var vendorSeverity: String?
    package var status: FindingStatus = .unknown
    /// The vendor's status word, verbatim.
    package var vendorStatus: String?
    /// Why the status is what it is, where the status alone does not say: `withdrawn`.
    package var statusDetail: String?
    package var scanner: Scanner
    package var rule: Rule?
    package var vulnerabilities: [Vulnerability] = []
    package var resources: [Resource] = []
    package var evidence: [Evidence] = []
    package var firstSeenTime: Timestamp
    package var lastSeenTime: Timestamp
    /// When the finding became fixed; absent while it is not.
    package var fixedTime: Timestamp?
    package var occurrenceCount: Int64?
    package var scanUID: String?
    package var tickets: [Ticket] = []
    package var labels: [String] = []
    package var raw: RawReference
    /// What the vendor said that no field holds: one JSON object, canonical text.
    package var unmapped: RawJSON?

    package init(
        uid: String, fingerprints: Fingerprints, title: String, scanner: Scanner, firstSeenTime: Timestamp, lastSeenTime: Timestamp, raw: RawReference
    ) {
        self.uid = uid
        self.fingerprints = fingerprints
        self.title = title
        self.scanner = scanner
        self.firstSeenTime = firstSeenTime
        self.lastSeenTime = lastSeenTime
        self.raw = raw
    }
}

/// Hashes that say when two findings are the same.
package struct Fingerprints: Equatable, Sendable {
    /// `instance/v1`: 64 hex digits over vendor, account and the vendor's finding key; `uid` is its beginning.
    package var instance: String
    /// `cross/v1`: one flaw on one host, by the host's name as it was written.
    package var cross1: String?
    /// `cross/v2`: the same for one flaw at one place whichever scanner saw it and however it wrote the place; absent without a place.
    package var cross2: String?
    /// The first host's name as the vendor wrote it, where that is not its ASCII form; stands in no JSON, and takes no part in comparing.
    package var writtenHost: String?

    package init(instance: String, cross1: String? = nil, cross2: String? = nil) {
        self.instance = instance
        self.cross1 = cross1
        self.cross2 = cross2
    }

    package static func == (left: Fingerprints, right: Fingerprints) -> Bool {
        left.instance == right.instance && left.cross1 == right.cross1 && left.cross2 == right.cross2
    }

    /// Makes the fingerprints that several scanners share.
    ///
    /// - Parameter writtenHost: The first host's name as the vendor wrote it, where that is not its ASCII form.
    package mutating func setCross(resources: [Resource], vulnerabilities: [Vulnerability], rule: Rule?, writtenHost: String? = nil) {
        let flaw = CrossFlaw(vulnerabilities, rule: rule)
        cross2 = RecordIdentity.cross2(resources, flaw: flaw)
        let host = resources.first { $0.hostname != nil || $0.ip != nil } ?? Resource()
        cross1 = RecordIdentity.cross1(host, hostname: writtenHost ?? host.hostname, flaw: flaw)
    }
}

/// The rule, check or plugin that found it.
package struct Rule: Equatable, Sendable {
    package var uid: String?
    package var name: String?
    package var category: String?

    package init(uid: String? = nil, name: String? = nil, category: String? = nil) {
        self.uid = uid
        self.name = name
        self.category = category
    }
}

/// A named weakness: a CVE, CWE or GHSA, or the vendor's own.
package struct Vulnerability: Equatable, Sendable {
    package enum Kind: String, Sendable, CaseIterable { case cve, cwe, ghsa, vendor }

    package var id: String
    package var type: Kind
    package var cvss: [CVSS] = []
    package var references: [String] = []

    package init(id: String, type: Kind, cvss: [CVSS] = [], references: [String] = []) {
        self.id = id
        self.type = type
        self.cvss = cvss
        self.references = references
    }
}

/// A CVSS rating as the vendor gave it; severity is never derived from it.
package struct CVSS: Equatable, Sendable {
    /// `3.1`, read from the vector; absent when only a score was given.
    package var version: String?
    /// A JSON number, digits as the vendor wrote them.
    package var baseScore: String?
    package var vectorString: String?

    package init(version: String? = nil, baseScore: String? = nil, vectorString: String? = nil) {
        self.version = version
        self.baseScore = baseScore
        self.vectorString = vectorString
    }
}

/// What is affected: a host, a site, an address, a place in one.
package struct Resource: Equatable, Sendable {
    package var uid: String?
    package var type: String?
    package var name: String?
    package var hostname: String?
    package var ip: String?
    /// 1 to 65535.
    package var port: Int?
    package var protocolName: String?
    package var url: String?
    package var path: String?
    package var method: String?
    package var parameter: String?
    package var labels: [String] = []

    package init() {}
}

/// What the scanner saw: an HTTP exchange or text.
package struct Evidence: Equatable, Sendable {
    package var type: String?
    package var summary: String?
    package var request: String?
    package var response: String?

    package init(type: String? = nil, summary: String? = nil, request: String? = nil, response: String? = nil) {
        self.type = type
        self.summary = summary
        self.request = request
        self.response = response
    }
}

/// A ticket about the finding, at the vendor or at a sink.
package struct Ticket: Equatable, Sendable {
    package var system: String?
    package var uid: String?
    package var status: String?
    package var srcURL: String?
    package var assignee: String?
    package var dueTime: Timestamp?

    package init(system: String? = nil, uid: String? = nil, status: String? = nil, srcURL: String? = nil, assignee: String? = nil, dueTime: Timestamp? = nil) {
        self.system = system
        self.uid = uid
        self.status = status
        self.srcURL = srcURL
        self.assignee = assignee
        self.dueTime = dueTime
    }
}
