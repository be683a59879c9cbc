import Glibc

/// Receipts that trap or hang on purpose, so that a test can see what the gateway makes of such ones. In release builds there are none.
enum PoisonSwitch {
    #if DEBUG
        private static let isOn = getenv("WEIR_TEST_POISON").map { String(cString: $0) == "1" } ?? false
    #endif

    /// Traps or spins if the test switch is on and `body` holds one of its words.
    static func check(_ body: [UInt8]) {
        #if DEBUG
            guard isOn else { return }
            if contains(body, "weir-test-trap") { fatalError("a receipt asked for a trap") }
            while contains(body, "weir-test-hang") {}
        #endif
    }

    /// The watchdog's limit: `configured`, or less where a test asks for it.
    static func watchdogMilliseconds(_ configured: Int) -> Int {
        #if DEBUG
            if isOn, let text = getenv("WEIR_TEST_WATCHDOG_SECONDS"), let seconds = Int(String(cString: text)), (1...60).contains(seconds) {
                return seconds * 1000
            }
        #endif
        return configured
    }

    #if DEBUG
        private static func contains(_ body: [UInt8], _ word: StaticString) -> Bool {
            let letters = Array(word.description.utf8)
            return body.indices.contains { body[$0...].starts(with: letters) }
        }
    #endif
}
