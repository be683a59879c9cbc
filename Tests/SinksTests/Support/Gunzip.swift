import CZlib

/// The bytes of a body that may be compressed; nothing when it is not what its header says.
func decoded(_ request: ScriptedPeer.Request) -> [UInt8]? {
    guard let encoding = request.header("content-encoding") else { return request.body }
    guard encoding == "gzip" else { return nil }
    var size = 1 << 20
    var bytes = [UInt8](repeating: 0, count: size)
    guard weir_gunzip(request.body, request.body.count, &bytes, &size) == Z_OK else { return nil }
    return Array(bytes.prefix(size))
}
