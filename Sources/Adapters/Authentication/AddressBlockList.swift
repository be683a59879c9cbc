/// Blocks of addresses, any of which will do.
package struct AddressBlockList: Equatable, Sendable {
    package let blocks: [AddressBlock]

    package init(_ blocks: [AddressBlock]) { self.blocks = blocks }

    package var isEmpty: Bool { blocks.isEmpty }

    package func contains(_ address: IPAddress) -> Bool { blocks.contains { $0.contains(address) } }

    /// Whether `text` is an address in one of the blocks; text that is no address is in none.
    package func contains(_ text: String) -> Bool { IPAddress(text).map { contains($0) } ?? false }
}
