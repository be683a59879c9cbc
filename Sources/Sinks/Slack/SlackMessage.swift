import FindingModel
import JSONDocument

/// One message: a line that counts, then a section for each change.
///
/// Limits: 50 blocks a message and 3,000 characters a section (https://docs.slack.dev/reference/block-kit/blocks/section-block);
/// all blocks together fail from about 13,000 characters (https://github.com/slackapi/bolt-js/issues/2509).
enum SlackMessage {
    /// Changes that one message can show.
    static let changesMax = 40
    /// Characters of all sections together.
    static let charactersMax = 12_000

    /// The JSON of the message that shows `batch`, of which there are at most `changesMax`.
    ///
    /// A section's `block_id` is the change's id, so that whoever reads the channel by the API can tell repetitions apart.
    static func encode(_ batch: [Change]) -> [UInt8] {
        let limit = min(2900, charactersMax / max(1, batch.count))
        var blocks = [section("*\(headline(batch))*", id: nil)]
        for change in batch { blocks.append(section(SlackLine(change).text(limit: limit), id: change.id)) }
        return JSONValue.members([
            ("text", .string(headline(batch))), ("blocks", .array(blocks)), ("unfurl_links", .bool(false)), ("unfurl_media", .bool(false)),
        ]).bytes
    }

    /// `3 changes: 2 finding.opened, 1 finding.fixed`.
    private static func headline(_ batch: [Change]) -> String {
        var counts: [(type: String, count: Int)] = []
        for change in batch {
            if let index = counts.firstIndex(where: { $0.type == change.type }) {
                counts[index].count += 1
            } else {
                counts.append((change.type, 1))
            }
        }
        let kinds = counts.sorted { $0.count > $1.count }.prefix(8).map { "\($0.count) \(SlackLine.escaped($0.type, limit: 80))" }
        return "Weir: \(batch.count) \(batch.count == 1 ? "change" : "changes"): \(kinds.joined(separator: ", "))"
    }

    /// `verbatim` keeps Slack from making links and mentions of what only looks like one
    /// (https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
    private static func section(_ text: String, id: String?) -> JSONValue {
        .members([
            ("type", .string("section")), ("block_id", id.map { .string($0) }),
            ("text", .members([("type", .string("mrkdwn")), ("text", .string(text)), ("verbatim", .bool(true))])),
        ])
    }
}
