extension Duration {
    /// Milliseconds for the library, at least 1: it takes 0 for "for ever".
    var curlMilliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(truncatingIfNeeded: min(max(seconds, 0), 86_400)) * 1000 + Int(truncatingIfNeeded: attoseconds / 1_000_000_000_000_000))
    }
}
