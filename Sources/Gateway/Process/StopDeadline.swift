import Dispatch
import Glibc

/// The longest that a stop may take; what is acknowledged is on disk already, so nothing is lost by ending sooner.
package enum StopDeadline {
    /// Ends the process after `seconds`, unless it has ended by then.
    package static func begin(seconds: Int) {
        DispatchQueue.global(qos: .userInitiated).asyncAfter(deadline: .now() + .seconds(seconds)) {
            LogQueue.standardError.write(Array("weir: stopping took longer than \(seconds) s; the process ends now\n".utf8))
            LogQueue.standardError.drain(milliseconds: 200)
            _exit(1)
        }
    }
}
