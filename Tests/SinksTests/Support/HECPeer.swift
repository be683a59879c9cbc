import JSONDocument
import Synchronization

/// A Splunk HTTP Event Collector as its documents describe it: `/services/collector/event` and `/services/collector/ack`, codes with words,
/// the number of the first invalid event, channels (help.splunk.com, "Troubleshoot HTTP Event Collector", "About HTTP Event Collector
/// Indexer Acknowledgment").
final class HECPeer: Sendable {
    private struct State {
        var isFailing = false
        var failures = 0
        var plan: FaultPlan?
        var ids: [String] = []
        /// The last number given in each channel, and those batches that will be confirmed after so many questions more.
        var lastAcknowledgement: [String: Int64] = [:]
        var open: [String: Int] = [:]
        var accepted = 0
    }

    let token = "b0221cd8-c4b4-465a-9a3c-273e3a75aa29"
    private let usesAcknowledgement: Bool
    private let state = Mutex(State())

    init(acknowledgement: Bool = false) { usesAcknowledgement = acknowledgement }

    var ids: [String] { state.withLock { $0.ids } }
    func fail(_ isFailing: Bool) { state.withLock { $0.isFailing = isFailing } }
    func meet(_ plan: FaultPlan?) { state.withLock { $0.plan = plan } }

    func reply(to request: ScriptedPeer.Request) -> ScriptedPeer.Reply {
        guard request.method == "POST" else { return Self.answer(405, 6, "Method not allowed") }
        guard let credential = request.header("authorization") else { return Self.answer(401, 2, "Token is required") }
        guard credential == "Splunk \(token)" else { return Self.answer(403, 4, "Invalid token") }
        let channel = request.header("x-splunk-request-channel")
        if usesAcknowledgement, channel == nil { return Self.answer(400, 10, "Data channel is missing") }
        switch request.target {
        case "/services/collector/event": return take(request, channel ?? "")
        case "/services/collector/ack": return confirm(request, channel ?? "")
        default: return .answer(404)
        }
    }

    private func take(_ request: ScriptedPeer.Request, _ channel: String) -> ScriptedPeer.Reply {
        guard let body = decoded(request), let events = Self.events(body) else {
            return Self.answer(400, 6, "Invalid data format", ",\"invalid-event-number\":0")
        }
        guard !events.isEmpty else { return Self.answer(400, 5, "No data") }
        if let number = events.firstIndex(where: { $0["event"] == nil }) {
            return Self.answer(400, 12, "Event field is required", ",\"invalid-event-number\":\(number)")
        }
        let ids = events.compactMap { $0["event"]?["id"]?.stringValue }
        return state.withLock { state in
            if state.isFailing {
                state.failures += 1
                return [Self.answer(503, 9, "Server is busy"), .rawThenReset(""), Self.answer(200, 8, "Internal server error")][state.failures % 3]
            }
            let fault = state.plan?.next(isSingle: ids.count == 1, ids: ids)
            if let fault, !fault.takes { return fault.reply }
            if state.plan?.refusesSome == true, let number = ids.firstIndex(where: { FaultPlan.refuses($0) }) {
                return Self.answer(400, 6, "Invalid data format, \(FaultPlan.words)", ",\"invalid-event-number\":\(number)")
            }
            state.accepted += 1
            // Without acknowledgement a success is all that a sender ever hears. With it, some batches are lost on the way to the index.
            let isLost = usesAcknowledgement && state.plan != nil && state.accepted % 9 == 0
            if !isLost { state.ids += ids }
            guard usesAcknowledgement else { return fault?.reply ?? Self.answer(200, 0, "Success") }
            let number = (state.lastAcknowledgement[channel] ?? -1) + 1
            state.lastAcknowledgement[channel] = number
            if !isLost { state.open["\(channel) \(number)"] = state.accepted % 4 }
            return fault?.reply ?? Self.answer(200, 0, "Success", ",\"ackId\":\(number)")
        }
    }

    /// A batch is confirmed once; what was said, is not yet and never will be are one answer.
    private func confirm(_ request: ScriptedPeer.Request, _ channel: String) -> ScriptedPeer.Reply {
        guard usesAcknowledgement else { return Self.answer(400, 14, "ACK is disabled") }
        guard let asked = (try? JSONValue(parsing: request.body))?["acks"]?.arrayValue?.compactMap(\.integerValue) else {
            return Self.answer(400, 6, "Invalid data format")
        }
        let members = state.withLock { state in
            asked.map { number in
                let key = "\(channel) \(number)"
                let left = state.open[key]
                state.open[key] = left.flatMap { $0 == 0 ? nil : $0 - 1 }
                return "\"\(number)\":\(left == 0)"
            }
        }
        return .answer(200, body: Array("{\"acks\":{\(members.joined(separator: ","))}}".utf8))
    }

    static func answer(_ status: Int, _ code: Int, _ text: String, _ rest: String = "") -> ScriptedPeer.Reply {
        .answer(status, body: Array("{\"text\":\"\(text)\",\"code\":\(code)\(rest)}".utf8))
    }

    /// The objects that stand one after the other.
    static func events(_ body: [UInt8]) -> [JSONValue]? {
        var events: [JSONValue] = []
        var depth = 0, start = 0, isInString = false, isEscaped = false
        for (index, byte) in body.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                depth -= 1
                guard depth == 0 else { continue }
                guard let event = try? JSONValue(parsing: Array(body[start...index])) else { return nil }
                events.append(event)
                start = index + 1
            default: break
            }
        }
        return start == body.count ? events : nil
    }
}
