/// How one append of a batch ended.
package typealias AppendOutcome = (token: UInt64, outcome: Result<Appended, JournalError>)

/// Who is told how appends ended.
package protocol AppendReceiver: AnyObject, Sendable {
    /// Called once per batch and receiver, after the batch is durable, on the journal's writer thread, which must not be kept waiting.
    ///
    /// After `stop` it is called on the appender's own thread.
    func appended(_ outcomes: [AppendOutcome])
}
