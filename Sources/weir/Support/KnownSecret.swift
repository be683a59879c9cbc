import struct Adapters.LabelledSecret
import Console
import Digests
import Gateway
import JSONDocument

/// A secret of a source as the file says it now, and whether the running gateway has read it.
struct KnownSecret {
    private let secret: LabelledSecret
    /// What to do, where a gateway runs that does not take it.
    private let missing: String?

    /// Asks the running gateway; without one, what the file says counts.
    init?(_ secret: LabelledSecret?, of source: String, _ configuration: GatewayConfiguration) async {
        guard let secret else { return nil }
        self.secret = secret
        guard let channel = try? await GatewayChannel.open(configuration) else {
            missing = nil
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("secret_sha256", SHA256Hash.digest(of: secret.value).hex)
        writer.endObject()
        let request = OperatorRequest(.post, ["v1", "sources", source, "takes"], body: writer.bytes)
        let answer = try? await channel.respond(to: request)
        let isTaken = answer.flatMap { try? OperatorClient.json($0) }?["taken"]?.boolValue
        // One of an older version does not know the question.
        guard answer?.status == 200 && isTaken == false || answer.map({ Self.isUnknownSource($0) }) == true else {
            missing = nil
            return
        }
        missing = secret.label.hasPrefix("env:") ? "restart it with \(secret.label.dropFirst(4)) set to this in its environment" : FileAhead(configuration).cure
    }

    private static func isUnknownSource(_ answer: OperatorResponse) -> Bool { (try? OperatorClient.json(answer))?["missing"]?["source"] != nil }

    var text: String { String(decoding: secret.value, as: UTF8.self) }

    /// What the secret is, and where it is from.
    func words(_ more: String = "") -> String {
        missing == nil
            ? "The secret that the gateway takes, from \(secret.label)\(more):"
            : "The secret from \(secret.label), which the running gateway does NOT take yet:"
    }

    var cure: [String] { missing.map { ["Until it has read it, what the vendor sends with it is refused: \($0)."] } ?? [] }

    /// Why what is signed with it is refused, where that is so because the running gateway has not read it yet.
    var refusal: String? { missing.map { "the running gateway has not read the secret from \(secret.label) yet: \($0)" } }
}
