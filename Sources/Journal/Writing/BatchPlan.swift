/// Which of the queued items a batch answers.
struct BatchPlan {
    /// Those that are written, in the order of their numbers.
    var written: [Int] = []
    /// Those that equal one that is written in the same batch.
    var duplicates: [(index: Int, number: UInt64)] = []
}
