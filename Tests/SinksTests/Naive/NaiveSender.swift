import CurlTransport

/// A sender that believes what is easy to believe; the control of the peers in these tests.
struct NaiveSender {
    /// What it takes for a proof that the system has something.
    enum Proof {
        /// That the request could be sent.
        case sent
        /// A status from 200 to 299, whatever the answer says.
        case status
        /// As `status`, and a refusal (4xx) is final: what was in the request is given up.
        case statusOrRefusal
    }

    let transport: CurlTransport
    let port: UInt16
    let proof: Proof

    /// Whether it has no more to do with `body` after one attempt.
    func isDone(_ path: String, _ headers: [OutboundRequest.Header], _ body: [UInt8]) async throws -> Bool {
        var request = OutboundRequest(method: .post, url: try OutboundURL("http://127.0.0.1:\(port)\(path)"), policy: .loopback)
        request.headers = headers
        request.body = body
        request.isSentOnce = true
        let status: Int
        do {
            status = try await transport.send(request).status
        } catch {
            return proof == .sent
        }
        switch proof {
        case .sent: return true
        case .status: return (200...299).contains(status)
        case .statusOrRefusal: return (200...299).contains(status) || (400...499).contains(status)
        }
    }
}
