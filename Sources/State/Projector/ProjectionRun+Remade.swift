import Adapters
import GRDB
import Journal
import Logging

/// What has to be told, or true, before entries are projected again.
extension ProjectionRun {
    /// Writes down that entries are projected again by other rules than they were at first, or without some that were there, before any of their changes
    /// is made again.
    func tellWhatIsRemade(in survey: inout JournalSurvey, after position: UInt64) throws(StateError) {
        guard !hasTold, plan.rules == nil, plan.writesChanges, plan.writesNotes, !plan.shouldStop() else { return }
        try requireWhatWasLeftOut(survey, through: position)
        try requireSameMaking(survey, after: position)
        var mapper = plan.makeMapper()
        let lacks = try survey.lacksConfiguration(&mapper), isWithout = try isWithoutWhatWas(survey, after: position)
        let last = max(try survey.lastOfOtherRules(&mapper) ?? 0, lacks || isWithout ? survey.through : 0)
        hasTold = true
        guard last > position else { return }
        let tag = JournalTag.derived(from: plan.journal.tag, end: plan.source.watermark())
        var note = RecoveryNote(tag: tag, reason: .remade(entry: last, rules: ProjectionConfiguration.presentRules))
        note.lost = try knownLoss()
        plan.options.log.notice(
            "entries up to \(last) are projected again, and not as at first: their changes have new ids, and sinks that were told the old ones get them by a replay only"
        )
        _ = try BlockingAppend.append(EntryDraft(kind: .recovery, body: note.bytes), to: plan.journal)
        survey.add(note)
        self.survey = survey
        leftOut = survey.leftOut
        try self.note(survey.unreadable.ranges, from: nil)
        survey = self.survey ?? survey
    }

    /// Whether entries cannot be read, or were lost, that may have been there when what is behind the position was projected before.
    private func isWithoutWhatWas(_ survey: JournalSurvey, after position: UInt64) throws(StateError) -> Bool {
        if let loss = survey.loss, try knownLoss() ?? 0 < loss { return true }
        if !survey.unreadable.subtracting(survey.leftOut).isEmpty { return true }
        if survey.partial.contains(where: { $0 > position }) { return true }
        guard !survey.large.isEmpty else { return false }
        var whole = JournalSurvey()
        try whole.read(plan.source, from: 1, through: survey.through, isStopping: plan.shouldStop)
        return survey.large.contains {
            !whole.unreadable.through($0 - 1).subtracting(whole.unread.leftOut(during: $0)).isEmpty || whole.isPartial(before: $0)
        }
    }

    /// Throws when state.db has taken in what the journal says was left out: it is of another time than the journal's end, and what would follow from
    /// it is not what was told.
    private func requireWhatWasLeftOut(_ survey: JournalSurvey, through position: UInt64) throws(StateError) {
        let before = survey.leftOut.through(position)
        guard !before.isEmpty, let first = try before.subtracting(ReadableAgain(store: plan.store, source: plan.source).missing()).ranges.first
        else { return }
        throw StateError(.corrupt, "state.db is an older one: it has entry \(first.lowerBound), which could not be read when it was projected last")
    }

    /// The last entry that says that some were lost of which state.db still has what they made.
    private func knownLoss() throws(StateError) -> UInt64? {
        try plan.store.read { try Int64.fetchOne($0, sql: "SELECT through FROM losses") }.map { UInt64(clamping: $0) }
    }

    /// Throws when what is behind the position was made again, but not from where state.db stands: what followed from it there would have the ids of
    /// that, and other contents.
    private func requireSameMaking(_ survey: JournalSurvey, after position: UInt64) throws(StateError) {
        guard position > 0, let remade = survey.remade, try plan.store.read({ try !Remade.isKnown(remade.tag, in: $0) }) else { return }
        throw StateError(.corrupt, "state.db is an older one: entries up to \(remade.last) were projected again since then, without what it has")
    }
}
