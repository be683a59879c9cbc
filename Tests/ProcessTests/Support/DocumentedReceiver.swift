import Foundation

/// A receiver of the `webhook` sink that checks each request with what docs/sinks.md shows for it, in Python.
///
/// It answers 401 where the check fails, 422 to a body that holds `refuse-me`, and 200 to others.
final class DocumentedReceiver: Sendable {
    static let secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")

    private static let server = """

        import http.server, sys

        class Receiver(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                status = 401 if not verify(sys.argv[1], self.headers, body) else 422 if b"refuse-me" in body else 200
                words = b"this cannot be taken" if status == 422 else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(words)))
                self.end_headers()
                self.wfile.write(words)

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    let port: String
    private let process: ChildProcess

    /// - Parameter secret: What the receiver believes the secret to be.
    init(secret: String = DocumentedReceiver.secret) async throws {
        let text = try String(contentsOfFile: Workspace.checkout + "/docs/sinks.md", encoding: .utf8)
        guard let shown = text.components(separatedBy: "```python\n").dropFirst().first?.components(separatedBy: "```").first else {
            throw GatewayError(message: "docs/sinks.md shows no Python")
        }
        let output = try OutputPipe()
        defer { output.closeWriting() }
        process = try ChildProcess("/usr/bin/python3", ["-c", shown + Self.server, secret], environment: [:], output: output.writing, errors: 2)
        port = await output.line()
        guard Int(port) != nil else { throw GatewayError(message: "the receiver does not start: \(port)") }
    }

    deinit {
        process.signal(SIGKILL)
        _ = process.status
    }

    /// A sink that posts to it.
    var sink: String {
        "{ type: webhook, url: \"http://127.0.0.1:\(port)/hook\", secret: \"file:hook-secret\", networks: [ 127.0.0.0/8 ] }"
    }
}
