import Dispatch
import Glibc

/// SIGHUP: asks for the configuration to be read again.
package final class HangupSignals: Sendable {
    /// One element for each signal; several that come while one is being carried out are one.
    package let signals: AsyncStream<Void>

    /// Takes the signal over from now on.
    package init() {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        signals = stream
        signal(SIGHUP, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: DispatchQueue(label: "weir.hangups"))
        // The handler keeps its source for as long as the process lives.
        source.setEventHandler {
            _ = source
            continuation.yield()
        }
        source.activate()
    }
}
