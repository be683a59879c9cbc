import CSimdjson

/// What a value is.
package enum JSONKind: UInt8, Sendable {
    case object, array, string, number
    case `true`, `false`, null
}

/// A parsed document as a row of nodes in document order: 0 is the root; the first child of a container `n` is `n + 1`,
/// the one after a child `c` is `next(c)`, and they end at `next(n)`.
///
/// An unowned view of the parser's memory: it must not be used after the parser's next call. Node numbers must come from
/// the tape itself; they are checked in debug builds.
package struct JSONTape {
    @usableFromInline let nodes: UnsafeBufferPointer<weir_json_node>
    @usableFromInline let members: UnsafeBufferPointer<weir_json_member>
    @usableFromInline let text: UnsafeRawPointer?

    init(_ result: weir_json_result) {
        nodes = UnsafeBufferPointer(start: result.nodes, count: Int(result.count))
        members = UnsafeBufferPointer(start: result.members, count: Int(result.member_count))
        text = UnsafeRawPointer(result.text)
    }

    /// Nodes in the document, at least 1.
    @inlinable package var count: Int { nodes.count }

    @inlinable package func kind(_ node: Int) -> JSONKind {
        JSONKind(rawValue: UInt8(truncatingIfNeeded: nodes[node].kind_and_count >> UInt32(WEIR_JSON_KIND_SHIFT))) ?? .null
    }

    /// The index just after the node's subtree.
    @inlinable package func next(_ node: Int) -> Int { Int(nodes[node].next) }

    /// Elements of an array, members of an object, 0 for any other value.
    @inlinable package func childCount(_ node: Int) -> Int {
        Int(nodes[node].kind_and_count & (1 << UInt32(WEIR_JSON_KIND_SHIFT) - 1))
    }

    /// The member's name, unescaped; empty for elements and the root.
    @inlinable package func key(_ node: Int) -> UnsafeRawBufferPointer {
        let member = nodes[node].member
        guard member != WEIR_JSON_NOT_A_MEMBER, let text else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let name = members[Int(member)]
        return UnsafeRawBufferPointer(start: text + Int(name.offset), count: Int(name.length))
    }

    /// `hash` of `key`.
    @inlinable package func keyHash(_ node: Int) -> UInt64 {
        let member = nodes[node].member
        return member == WEIR_JSON_NOT_A_MEMBER ? JSONTape.hash(UnsafeRawBufferPointer(start: nil, count: 0)) : members[Int(member)].hash
    }

    /// A string unescaped, with U+FFFD for each escaped half of a surrogate pair; a number or literal as written; empty for
    /// containers.
    @inlinable package func text(_ node: Int) -> UnsafeRawBufferPointer {
        let item = nodes[node]
        let kind = item.kind_and_count >> UInt32(WEIR_JSON_KIND_SHIFT)
        guard kind >= UInt32(WEIR_JSON_STRING), let text else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: text + Int(item.text), count: Int(item.text_length))
    }

    /// The bytes of the input in which the value stands, a string's quotation marks included.
    @inlinable package func source(_ node: Int) -> Range<Int> {
        let item = nodes[node]
        let quote = item.kind_and_count >> UInt32(WEIR_JSON_KIND_SHIFT) == UInt32(WEIR_JSON_STRING) ? 1 : 0
        return Int(item.text) - quote..<Int(item.end)
    }

    /// `text` as a `String`.
    package func string(_ node: Int) -> String { String(decoding: text(node), as: UTF8.self) }

    /// The child of the object `node` with that name, or nothing.
    package func member(_ name: StaticString, of node: Int) -> Int? {
        guard kind(node) == .object else { return nil }
        let end = next(node)
        var child = node + 1
        while child < end {
            if keyEquals(child, name) { return child }
            child = next(child)
        }
        return nil
    }

    /// Whether the member's name is `name`.
    package func keyEquals(_ node: Int, _ name: StaticString) -> Bool { Self.equal(key(node), name) }

    /// Whether the node's `text` is `word`.
    package func textEquals(_ node: Int, _ word: StaticString) -> Bool { Self.equal(text(node), word) }

    private static func equal(_ bytes: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        bytes.count == word.utf8CodeUnitCount && weir_json_equal(bytes.baseAddress, word.utf8Start, bytes.count) != 0
    }

    /// A hash of a member's name, keyed anew in each process: it must not be kept or sent.
    @inlinable package static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 { weir_json_hash(bytes.baseAddress, bytes.count) }
}
