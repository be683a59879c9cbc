/// How one case went.
package struct CaseResult: Sendable {
    package enum Verdict: Equatable, Sendable {
        case passed
        /// The expectation was written anew, because it differed or was not there.
        case updated
        /// Why it failed: lines of what was expected (`-`) and of what became of it (`+`).
        case failed([String])
    }

    package let name: String
    package let verdict: Verdict
}
