/// Runs what blocks on a thread of its own, and awaits it.
enum Blocking {
    static func run<Output: Sendable>(_ body: @escaping @Sendable () throws(JournalError) -> Output) async throws(JournalError) -> Output {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Output, JournalError>, Never>) in
            do throws(SystemError) {
                try WorkerThread.start("journal-task") {
                    do throws(JournalError) { continuation.resume(returning: .success(try body())) } catch { continuation.resume(returning: .failure(error)) }
                }
            } catch {
                continuation.resume(returning: .failure(JournalError(.readFailed, "cannot start a thread: \(error.reason)")))
            }
        }
        return try result.get()
    }
}
