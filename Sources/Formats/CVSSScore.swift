import FindingModel

/// A CVSS base score that is one, for formats with room for a single number.
struct CVSSScore: Equatable {
    /// A JSON number from 0 to 10, digits as the vendor wrote them.
    let digits: String
    let version: String?

    /// The score of the highest version; the first of several.
    static func highestVersion(of finding: Finding) -> CVSSScore? {
        var best: CVSSScore?
        for cvss in finding.vulnerabilities.flatMap(\.cvss) {
            guard let digits = cvss.baseScore, digits.utf8.count <= 16, let value = Double(digits), (0...10).contains(value) else { continue }
            if let best, number(best.version) >= number(cvss.version) { continue }
            best = CVSSScore(digits: digits, version: cvss.version)
        }
        return best
    }

    private static func number(_ version: String?) -> Double { version.flatMap(Double.init) ?? 0 }
}
