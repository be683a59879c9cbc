import FindingModel

/// What a rebuild makes of one record: the change that brings those who were told of `before` to `after`.
enum Correction {
    /// The change's type and the record it shows; nothing where there is nothing to tell.
    static func of(_ before: Record?, _ after: Record?, toldProgress: Int64?) -> (type: String, record: Record)? {
        switch (before, after) {
        case (nil, nil): return nil
        case (_, .finding(let finding)): return ChangeType.of(before?.finding, finding).map { ($0, .finding(finding)) }
        case (_, .scan(let scan)): return ChangeType.of(before?.scan, scan, toldProgress: toldProgress).map { ($0, .scan(scan)) }
        case (_, .notice(let notice)):
            // What the gateway noticed was told when it noticed it.
            if notice.kind.hasPrefix(GatewayNotice.prefix) { return nil }
            return ChangeType.of(before?.notice, notice).map { ($0, .notice(notice)) }
        case (.finding(var finding), nil):
            // Today's adapters would not make it: whoever opened something for it is told to let it go.
            finding.status = .ignored
            finding.fixedTime = nil
            return ("finding.ignored", .finding(finding))
        case (.scan(var scan), nil):
            scan.status = .cancelled
            return ("scan.cancelled", .scan(scan))
        case (.notice, nil): return nil
        }
    }
}

extension Record {
    var finding: Finding? {
        if case .finding(let finding) = self { finding } else { nil }
    }

    var scan: Scan? {
        if case .scan(let scan) = self { scan } else { nil }
    }

    var notice: Notice? {
        if case .notice(let notice) = self { notice } else { nil }
    }
}
