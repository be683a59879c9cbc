import Digests

/// A body of `multipart/form-data` (RFC 7578): texts, and one file of JSON.
struct MultipartForm {
    private let fileName: String
    private let file: [UInt8]
    private let boundary: String
    private var bytes: [UInt8] = []

    /// A form for `file`, whose `name` says by its end which reader the receiver takes.
    ///
    /// Receivers look for the boundary anywhere in the body, so it must be one that nobody can have put into the file: the file's own digest.
    init(fileName name: String, json: [UInt8]) {
        fileName = name
        file = json
        boundary = "weir-\(SHA256Hash.digest(of: json).hex)"
    }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    /// Adds a field; what would end its line is left out.
    mutating func add(_ name: String, _ value: String) {
        let text = value.utf8.filter { $0 >= 0x20 && $0 != 0x7f }
        bytes += Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n".utf8) + text + Array("\r\n".utf8)
    }

    /// The whole body.
    var body: [UInt8] {
        let disposition = "Content-Disposition: form-data; name=\"file\"; filename=\"\(fileName)\""
        let head = "--\(boundary)\r\n\(disposition)\r\nContent-Type: application/json\r\n\r\n"
        return bytes + Array(head.utf8) + file + Array("\r\n--\(boundary)--\r\n".utf8)
    }
}
