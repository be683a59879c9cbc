/// Takes a chunked body apart (RFC 9112 section 7.1), strictly: CR LF after every line and chunk, sizes of at most 16 hex digits without
/// white space, chunk extensions and trailer fields passed over within a budget of their own.
package struct ChunkedDecoder: Sendable {
    /// What the next bytes are.
    package enum Step: Equatable, Sendable {
        /// `consumed` bytes were framing and all there is; more must come.
        case needsMore(consumed: Int)
        /// The bytes in `range` belong to the body; go on behind them.
        case data(Range<Int>)
        /// The body has ended and the next request begins after `consumed` bytes.
        case end(consumed: Int)
    }

    private enum State: Sendable { case size, `extension`, sizeLineFeed, data, dataReturn, dataLineFeed, trailer, trailerLineFeed }

    /// Bytes of extensions and trailers that one body may carry.
    package static let extrasMax = 16_384

    private var state = State.size
    private var remaining: UInt64 = 0
    private var digits = 0
    private var extras = 0
    private var extensionWord = 0
    private var extensionHasValue = false
    private var trailerLine = 0
    private var trailerHasColon = false
    /// The beginning of a trailer field's name, long enough to know those that matter.
    private var trailerName: [UInt8] = []

    package init() {}

    /// Reads on at the start of `bytes`.
    package mutating func step(_ bytes: UnsafeRawBufferPointer) throws(MalformedRequest) -> Step {
        var index = 0
        while index < bytes.count {
            if state == .data {
                let length = min(bytes.count - index, Int(clamping: remaining))
                remaining -= UInt64(length)
                if remaining == 0 { state = .dataReturn }
                return .data(index..<index + length)
            }
            let ended = try take(bytes[index])
            index += 1
            if ended { return .end(consumed: index) }
        }
        return .needsMore(consumed: index)
    }

    /// Reads one byte of framing; true after the last.
    private mutating func take(_ byte: UInt8) throws(MalformedRequest) -> Bool {
        switch state {
        case .size: try takeSize(byte)
        case .extension:
            try spendExtra()
            try takeExtension(byte)
        case .sizeLineFeed:
            guard byte == 0x0a else { throw .chunk }
            state = remaining == 0 ? .trailer : .data
            digits = 0
        case .dataReturn:
            guard byte == 0x0d else { throw .chunk }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0a else { throw .chunk }
            state = .size
        case .trailer: try takeTrailer(byte)
        case .trailerLineFeed:
            guard byte == 0x0a else { throw .chunk }
            guard trailerLine > 0 else { return true }
            guard trailerHasColon else { throw .chunk }
            (state, trailerLine, trailerHasColon) = (.trailer, 0, false)
        case .data: break
        }
        return false
    }

    private mutating func takeSize(_ byte: UInt8) throws(MalformedRequest) {
        if let digit = ByteClass.hexDigit(byte) {
            guard digits < 16 else { throw .chunk }
            remaining = remaining << 4 | UInt64(digit)
            digits += 1
            return
        }
        guard digits > 0 else { throw .chunk }
        switch byte {
        case 0x0d: state = .sizeLineFeed
        case 0x3b: (state, extensionWord, extensionHasValue) = (.extension, 0, false)
        default: throw .chunk
        }
    }

    /// Extensions are a name, or a name, `=` and a value, both tokens; quoted values, which nobody sends, are not taken.
    private mutating func takeExtension(_ byte: UInt8) throws(MalformedRequest) {
        if ByteClass.isToken(byte) {
            extensionWord += 1
            return
        }
        guard extensionWord > 0 else { throw .chunk }
        switch byte {
        case 0x0d: state = .sizeLineFeed
        case 0x3b: (extensionWord, extensionHasValue) = (0, false)
        case 0x3d where !extensionHasValue: (extensionWord, extensionHasValue) = (0, true)
        default: throw .chunk
        }
    }

    /// Checks and drops a trailer field: a token, a colon, a value.
    private mutating func takeTrailer(_ byte: UInt8) throws(MalformedRequest) {
        if byte == 0x0d {
            state = .trailerLineFeed
            return
        }
        try spendExtra()
        if trailerHasColon {
            guard ByteClass.isFieldValue(byte) else { throw .chunk }
        } else if byte == 0x3a, trailerLine > 0 {
            guard !trailerName.withUnsafeBytes(Self.framesBodies) else { throw .conflictingLengths }
            trailerHasColon = true
            trailerName = []
        } else if ByteClass.isToken(byte) {
            if trailerName.count < 20 { trailerName.append(byte) }
        } else {
            throw .chunk
        }
        trailerLine += 1
    }

    /// Whether a field of that name would say anew how long the body is.
    private static func framesBodies(_ name: UnsafeRawBufferPointer) -> Bool {
        name.equalsIgnoringCase("content-length") || name.equalsIgnoringCase("transfer-encoding")
    }

    private mutating func spendExtra() throws(MalformedRequest) {
        extras += 1
        guard extras <= Self.extrasMax else { throw .chunk }
    }
}
