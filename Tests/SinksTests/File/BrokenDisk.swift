import Glibc
import Synchronization

@testable import Sinks

/// A disk that does as it is told.
final class BrokenDisk: Sendable {
    enum Fault { case none, sync, fullAfter(Int), pieces(of: Int), planned(FaultPlan) }

    private let state = Mutex((fault: Fault.none, syncs: 0))

    func `break`(_ fault: Fault) { state.withLock { $0.fault = fault } }

    var syncs: Int { state.withLock { $0.syncs } }

    var calls: FileCalls {
        FileCalls(
            write: { descriptor, bytes in
                switch self.state.withLock({ $0.fault }) {
                case .pieces(let size): return Glibc.write(descriptor, bytes.baseAddress, min(size, bytes.count))
                case .fullAfter(let room):
                    if bytes.count > room, bytes.count > 200 { return Glibc.write(descriptor, bytes.baseAddress, min(room, bytes.count - 1)) }
                    errno = ENOSPC
                    return -1
                case .planned(let plan): return Self.write(descriptor, bytes, plan.next(isSingle: false))
                default: return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                }
            },
            synchronize: { descriptor in
                let fails = self.state.withLock { state in
                    state.syncs += 1
                    switch state.fault {
                    case .sync: return true
                    case .planned(let plan): return plan.next(isSingle: false) != nil
                    default: return false
                    }
                }
                guard fails else { return fdatasync(descriptor) }
                errno = EIO
                return -1
            })
    }

    /// What write(2) may do: take all, take a piece, take a piece and have no room for the rest, have no room or fail at once.
    private static func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, _ fault: PeerFault?) -> Int {
        switch fault {
        case nil: return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        case .cut, .resetAfter, .tooLarge, .slowDown: return Glibc.write(descriptor, bytes.baseAddress, max(1, bytes.count / 3))
        case .unavailable, .slowDownUntil: errno = ENOSPC
        case .reset, .forbidden, .nonsense, .denied, .missing, .gone, .broken, .late: errno = EIO
        }
        return -1
    }
}
