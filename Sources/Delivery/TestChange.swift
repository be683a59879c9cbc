import FindingModel
import State

extension Change {
    /// The id of a test: of a change's form, with a word in the place of a journal's tag.
    static func testID(at now: Timestamp) -> String { "weirtest-\(max(0, now.milliseconds))-1" }

    /// The marked change that `weir sink test` hands to a sink: a notice of kind `gateway_test`, which no journal holds.
    package static func test(at now: Timestamp) -> Change {
        let uid = RecordIdentity.uid(.notice, digest: RecordIdentity.digest(vendor: "weir", account: "gateway", key: "gateway_test-\(now.milliseconds)"))
        let notice = Notice(uid: uid, kind: "gateway_test", summary: Finding.testTitle)
        return Change(
            sequence: 0, id: testID(at: now), type: "notice.gateway_test", source: GatewayNotice.source, subject: uid, time: now,
            receivedTime: now,
            kind: .notice, data: Record.notice(notice).json)
    }
}

extension Finding {
    static let testTitle = "A test of this sink by Weir; nothing has happened, and nothing needs to be done"

    /// What `weir sink test` makes a ticket of.
    static func test(at now: Timestamp) -> Finding {
        let digest = RecordIdentity.digest(vendor: "weir", account: "gateway", key: "test-\(now.milliseconds)")
        var finding = Finding(
            uid: RecordIdentity.uid(.finding, digest: digest), fingerprints: Fingerprints(instance: "\(digest)"), title: testTitle,
            scanner: Scanner(vendorName: "Weir", name: "Weir"), firstSeenTime: now, lastSeenTime: now, raw: RawReference(receipt: 0, sha256: digest, size: 0))
        finding.severity = .info
        finding.status = .open
        return finding
    }
}
