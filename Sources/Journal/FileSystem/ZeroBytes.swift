/// The zeros that files are filled with ahead of the writer.
enum ZeroBytes {
    static let block = [UInt8](repeating: 0, count: 256 << 10)
}
