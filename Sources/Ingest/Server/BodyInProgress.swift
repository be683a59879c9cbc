import NIOCore

/// A body that did not come in one piece with its head.
final class BodyInProgress {
    /// How far some bytes led.
    enum Step {
        /// All of them were taken and more must come.
        case more
        case complete
        case tooLarge
        case malformed(MalformedRequest)
        /// There is no memory for the rest of them at the moment.
        case blocked
    }

    let request: RequestContext
    private(set) var bytes: [UInt8] = []
    var pace: BodyPace
    /// Since when there has been no memory.
    private(set) var blockedSince: NIODeadline?
    /// Whether it has waited so long that others give way for it.
    var hasInsisted = false
    private let bodyMax: Int
    /// Bytes that there is room for, which are counted as held whether they have come or not.
    private(set) var room = 0
    /// The announced length, where there is one.
    private let length: Int?
    private var decoder = ChunkedDecoder()

    init(_ request: RequestContext, framing: BodyFraming, pace: BodyPace) {
        self.request = request
        self.pace = pace
        bodyMax = request.bodyMax
        if case .length(let length) = framing { self.length = length } else { length = nil }
    }

    /// Takes what it can of `raw`; `reserve` asks for room for so many bytes in all.
    func take(_ raw: UnsafeRawBufferPointer, consumed: inout Int, reserve: (Int) -> Bool) -> Step {
        if let length { return takeCounted(raw, length: length, consumed: &consumed, reserve: reserve) }
        do throws(MalformedRequest) {
            return try takeChunks(raw, consumed: &consumed, reserve: reserve)
        } catch {
            return .malformed(error)
        }
    }

    private func takeCounted(_ raw: UnsafeRawBufferPointer, length: Int, consumed: inout Int, reserve: (Int) -> Bool) -> Step {
        let count = min(length - bytes.count, raw.count)
        guard append(raw.part(0..<count), reserve: reserve) else { return .blocked }
        consumed += count
        return bytes.count == length ? .complete : .more
    }

    private func takeChunks(_ raw: UnsafeRawBufferPointer, consumed: inout Int, reserve: (Int) -> Bool) throws(MalformedRequest) -> Step {
        while true {
            // Until the data of a step is in its place, the step has not been taken.
            var next = decoder
            switch try next.step(raw.part(consumed..<raw.count)) {
            case .data(let range):
                guard range.count <= bodyMax - bytes.count else { return .tooLarge }
                let start = consumed
                guard append(raw.part(start + range.lowerBound..<start + range.upperBound), reserve: reserve) else { return .blocked }
                consumed += range.upperBound
            case .needsMore(let count):
                consumed += count
                decoder = next
                return .more
            case .end(let count):
                consumed += count
                return .complete
            }
            decoder = next
        }
    }

    private func append(_ part: UnsafeRawBufferPointer, reserve: (Int) -> Bool) -> Bool {
        let total = bytes.count + part.count
        if total > room {
            let wanted = min(length ?? bodyMax, max(total, room * 2, Self.roomMin))
            guard reserve(wanted) else { return false }
            room = wanted
            bytes.reserveCapacity(wanted)
        }
        bytes.append(contentsOf: part)
        return true
    }

    private static let roomMin = 4096

    /// Reading has stopped for want of memory.
    func block(at now: NIODeadline) {
        blockedSince = blockedSince ?? now
        pace.pause(at: now)
    }

    /// Reading goes on.
    func unblock(at now: NIODeadline) {
        blockedSince = nil
        pace.resume(at: now)
    }
}
