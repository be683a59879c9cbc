/// Takes an answer in as it arrives and says when enough was read; holds no more than its limits.
struct AnswerReader {
    enum Overflow { case head, body }

    let limits: OutboundRequest.AnswerLimits
    private(set) var headers: [OutboundRequest.Header] = []
    private(set) var body: [UInt8] = []
    private(set) var overflow: Overflow?
    private(set) var isCut = false
    private var headBytes = 0
    private var bodyBytes = 0

    init(limits: OutboundRequest.AnswerLimits) { self.limits = limits }

    /// One status or header line with its line end; false when the head has become too large.
    mutating func take(headLine line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        guard headBytes <= limits.headBytes else {
            overflow = .head
            return false
        }
        // Lines after the body's beginning are trailers, which nobody reads.
        guard bodyBytes == 0 else { return true }
        if line.starts(with: "HTTP/".utf8) {
            headers.removeAll(keepingCapacity: true)
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a }
            let value = Array(line[(colon + 1)...].drop(while: isSpace).reversed().drop(while: isSpace).reversed())
            headers.append(OutboundRequest.Header(name, String(decoding: value, as: UTF8.self)))
        }
        return true
    }

    /// A piece of the body; false when enough was read.
    mutating func take(body piece: UnsafeRawBufferPointer) -> Bool {
        bodyBytes += piece.count
        let room = limits.keptBytes - body.count
        if piece.count > room { isCut = true }
        if room > 0 { body.append(contentsOf: piece.prefix(room)) }
        guard bodyBytes <= limits.readBytes else {
            overflow = .body
            return false
        }
        return true
    }
}
