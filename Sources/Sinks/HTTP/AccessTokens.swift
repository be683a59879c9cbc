import CurlTransport
import Delivery
import FindingModel
import JSONDocument

/// Where and how access tokens are asked for: OAuth 2.0 client credentials (RFC 6749 section 4.4).
package struct ClientCredentials: Sendable {
    /// How the client says who it is (RFC 6749 section 2.3.1).
    package enum Authentication: String, Sendable, CaseIterable { case basic, body }

    /// The token endpoint, reached as the sink's own URL is: its networks, authority and certificate.
    package var tokenURL: OutboundURL
    package var clientID: String
    package var clientSecret: String
    package var scope: String?
    /// Which API the token is for, where the server asks for it.
    package var audience: String?
    package var authentication = Authentication.basic

    package init(tokenURL: OutboundURL, clientID: String, clientSecret: String) {
        self.tokenURL = tokenURL
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    /// The form that asks for a token, and the `Authorization` header's value.
    var request: (form: String, authorization: String?) {
        var fields = [("grant_type", "client_credentials")]
        if let scope { fields.append(("scope", scope)) }
        if let audience { fields.append(("audience", audience)) }
        if authentication == .body { fields += [("client_id", clientID), ("client_secret", clientSecret)] }
        let form = fields.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        guard authentication == .basic else { return (form, nil) }
        let pair = "\(PercentEncoding.encode(clientID)):\(PercentEncoding.encode(clientSecret))"
        return (form, "Basic " + Base64.encode(Array(pair.utf8)))
    }
}

/// A token and when it is of no more use; pure.
struct TokenCache {
    private var token: (text: String, until: Timestamp?)?

    /// The token that still lasts at `now`.
    func token(at now: Timestamp) -> String? {
        guard let token, token.until.map({ now < $0 }) ?? true else { return nil }
        return token.text
    }

    /// Keeps `text`, asked for at `asked`, until shortly before its end: a minute, or a quarter of its life if that is less. One whose life is
    /// not told lasts until it is refused.
    mutating func put(_ text: String, lifetime: Int64?, asked: Timestamp) {
        token = (text, lifetime.map { asked.advanced(byMilliseconds: ($0 - min(60, $0 / 4)) * 1000) })
    }

    /// Forgets `text`, unless a newer one has taken its place.
    mutating func refuse(_ text: String) {
        if token?.text == text { token = nil }
    }
}

/// Gets access tokens and keeps them; one request at a time, however many wait for it.
actor AccessTokens {
    /// Why there is no token, as the outcome of what it was wanted for.
    struct Failure: Error {
        let outcome: DeliveryOutcome
    }

    private let credentials: ClientCredentials
    private let destination: Destination
    private let transport: CurlTransport
    private let clock: any DeliveryClock
    private var cache = TokenCache()
    private var underWay: Task<Result<String, Failure>, Never>?

    /// `destination` says how the token endpoint is reached; its URL is not used.
    init(_ credentials: ClientCredentials, destination: Destination, transport: CurlTransport, clock: any DeliveryClock) {
        self.credentials = credentials
        self.destination = destination
        self.transport = transport
        self.clock = clock
    }

    func token() async -> Result<String, Failure> {
        if let token = cache.token(at: clock.now) { return .success(token) }
        if let underWay { return await underWay.value }
        let task = Task { await ask() }
        underWay = task
        defer { underWay = nil }
        return await task.value
    }

    /// The receiver did not take `token`.
    func refuse(_ token: String) { cache.refuse(token) }

    private func ask() async -> Result<String, Failure> {
        let asked = clock.now
        let response: OutboundResponse
        do throws(TransportError) {
            response = try await transport.send(try request())
        } catch {
            return .failure(Failure(outcome: Self.outcome(error)))
        }
        let body = try? JSONValue(parsing: response.body)
        guard response.isSuccess, let token = body?["access_token"]?.stringValue, HeaderValue.isToken(token),
            (body?["token_type"]?.stringValue ?? "bearer").lowercased() == "bearer"
        else { return .failure(Failure(outcome: refusal(response, body))) }
        let told = body?["expires_in"]
        let lifetime = told?.integerValue ?? told?.stringValue.flatMap { Int64($0) }
        // A century is as good as any longer time, and cannot overflow.
        cache.put(token, lifetime: lifetime.map { min(max(0, $0), 3_155_760_000) }, asked: asked)
        return .success(token)
    }

    private func request() throws(TransportError) -> OutboundRequest {
        let (form, authorization) = credentials.request
        var place = destination
        place.url = credentials.tokenURL
        place.answerBytes = 64 << 10
        var headers: [OutboundRequest.Header] = [.init("Content-Type", "application/x-www-form-urlencoded"), .init("Accept", "application/json")]
        if let authorization { headers.append(.init("Authorization", authorization)) }
        return try place.request(.post, headers: headers, body: Array(form.utf8))
    }

    /// No change was sent, and none is to blame: what the token server says concerns the sink.
    private func refusal(_ response: OutboundResponse, _ body: JSONValue?) -> DeliveryOutcome {
        let said = [body?["error"], body?["error_description"]].compactMap { $0?.stringValue }.joined(separator: ": ")
        let mask = SecretMask([credentials.clientSecret])
        let words = AnswerText.line(mask.masked(Array((response.isSuccess ? "" : said).utf8)), limit: 300)
        let what =
            response.isSuccess
            ? "answered \(response.status) without a bearer token: is something else there, such as a login page?" : "answered \(response.status)"
        let failure = DeliveryFailure(
            "the token server \(credentials.tokenURL.host) \(what)\(words.isEmpty ? "" : ": \(words)")", status: response.status,
            retryAfter: response.retryAfter(now: clock.now.milliseconds / 1000))
        switch response.status {
        case 408, 425, 429, 500...599: return .retry(failure)
        default: return .pause(failure)
        }
    }

    private static func outcome(_ error: TransportError) -> DeliveryOutcome {
        let told = TransportError(error.code, "no access token: \(error.message)")
        return HTTPOutcome.of(told)
    }
}
