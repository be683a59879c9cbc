/// Which of the queued items a batch answers.
struct BatchPlan {
    /// How many entries of the journal's own come first.
    var leading = 0
    /// Those that are written, in the order of their numbers.
    var written: [Int] = []
    /// Those that equal one that is written in the same batch.
    var duplicates: [(index: Int, number: UInt64)] = []
}
