import CurlTransport
import Delivery
import JSONDocument

/// Jira Cloud by its REST API v3 (https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/).
///
/// The mark is a label. Search is eventually consistent
/// (https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/), which is why the engine waits before it trusts `find`.
package final class JiraTicketSystem: TicketSystem {
    package let name: String
    private let options: JiraSinkOptions
    private let issues: JiraIssue
    private let exchange: TicketExchange
    package let site: String

    package static let type = "jira"

    package init(name: String, options: JiraSinkOptions, resources: SinkResources) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        self.options = options
        issues = JiraIssue(options)
        exchange = TicketExchange(options.destination, authorization: options.authorization, resources)
        // Below a path lives only the API (api.atlassian.com/ex/jira/…), which people have no use for.
        site = options.destination.basePath.utf8.isEmpty ? options.destination.root + "/browse/" : options.destination.root + JiraSinkOptions.api + "/3/issue/"
    }

    package var type: String { Self.type }

    package func close() async {}

    package func find(mark: String) async -> TicketAnswer<TicketReference?> {
        do throws(TicketFailure) {
            let query = JSONValue.members([
                ("jql", .string("project = \"\(options.project)\" AND labels = \"\(mark)\" ORDER BY created ASC")),
                ("fields", .array([.string("key"), .string("labels")])), ("maxResults", .integer(5)),
            ])
            let answer = try await call(.search, .post, JiraSinkOptions.api + "/3/search/jql", query)
            guard let hits = answer["issues"]?.arrayValue else { throw notUnderstood("no list of issues") }
            if hits.isEmpty { return .done(nil) }
            // "Not found" makes a ticket, so it is said only when the answer says so.
            guard let hit = hits.first(where: { Self.has($0, label: mark) }), let found = reference(hit) else {
                throw notUnderstood("an issue without the mark")
            }
            return .done(found)
        } catch {
            return error.answer()
        }
    }

    package func create(_ content: TicketContent) async -> TicketAnswer<TicketReference> { await create(issues.create(content)) }

    package func createParent(_ table: TicketTable) async -> TicketAnswer<TicketReference> { await create(issues.createParent(table)) }

    package func update(_ ticket: TicketReference, to content: TicketContent) async -> TicketAnswer<Void> {
        guard let fields = issues.update(content) else { return .done(()) }
        return await set(fields, on: ticket)
    }

    package func updateParent(_ ticket: TicketReference, to table: TicketTable) async -> TicketAnswer<Void> {
        await set(issues.updateParent(table), on: ticket)
    }

    package func comment(_ note: TicketNote, on ticket: TicketReference) async -> TicketAnswer<Void> {
        do throws(TicketFailure) {
            let path = Self.path(ticket) + "/comment"
            // A comment whose answer was lost is among the newest ones.
            let newest = try await exchange.send(.get, path + "?orderBy=-created&maxResults=10")
            _ = try JiraAnswer(call: .issue, now: exchange.now).read(newest)
            let marker = Array(TicketNoteText.marker(note).utf8)
            if newest.body.indices.contains(where: { newest.body[$0...].starts(with: marker) }) { return .done(()) }
            _ = try await call(.issue, .post, path, JiraIssue.comment(note))
            return .done(())
        } catch {
            return error.answer()
        }
    }

    package func transition(_ ticket: TicketReference, to name: String) async -> TicketAnswer<Void> {
        await move(ticket, "to '\(AnswerText.line(Array(name.utf8), limit: 60))'", issues.fixedFields) { $0.step(to: name) }
    }

    package func reopen(_ ticket: TicketReference) async -> TicketAnswer<Void> {
        await move(ticket, "out of what is done") { [options] in $0.stepOpen(preferred: options.reopen) }
    }

    private func create(_ fields: JSONValue) async -> TicketAnswer<TicketReference> {
        do throws(TicketFailure) {
            let call = JiraAnswer.Call.create(sent: Self.names(fields), constant: issues.constantNames)
            let created = try await self.call(call, .post, JiraSinkOptions.api + "/3/issue", .members([("fields", fields)]))
            guard let reference = reference(created) else { throw notUnderstood("a new issue without an id") }
            return .done(reference)
        } catch {
            return error.answer()
        }
    }

    private func set(_ fields: JSONValue, on ticket: TicketReference) async -> TicketAnswer<Void> {
        do throws(TicketFailure) {
            let call = JiraAnswer.Call.issue(sent: Self.names(fields), constant: issues.constantNames)
            _ = try await self.call(call, .put, Self.path(ticket), .members([("fields", fields)]))
            return .done(())
        } catch {
            return error.answer()
        }
    }

    /// `fields` are set with the transition.
    private func move(
        _ ticket: TicketReference, _ whither: String, _ fields: JSONValue? = nil, _ decide: @Sendable (JiraWorkflow) -> JiraWorkflow.Step
    ) async -> TicketAnswer<Void> {
        do throws(TicketFailure) {
            let issue = try await call(.issue, .get, Self.path(ticket) + "?fields=status&expand=transitions")
            guard let workflow = JiraWorkflow(issue) else { throw notUnderstood("an issue without a status") }
            switch decide(workflow) {
            case .already: break
            case .transition(let id):
                let body = JSONValue.members([("transition", .members([("id", .string(id))])), ("fields", fields)])
                let names = fields.map(Self.names) ?? []
                _ = try await call(.issue(sent: names, constant: names), .post, Self.path(ticket) + "/transitions", body)
            case .none:
                let status = AnswerText.line(Array(workflow.status.utf8), limit: 60)
                throw .reject(DeliveryFailure("no transition of \(ticket.key) leads from '\(status)' \(whither); there are: \(workflow.names)"))
            }
            return .done(())
        } catch {
            return error.answer()
        }
    }

    private func call(
        _ call: JiraAnswer.Call, _ method: OutboundRequest.Method, _ path: String, _ body: JSONValue? = nil
    ) async throws(TicketFailure) -> JSONValue {
        let response = try await exchange.send(method, path, body)
        return try JiraAnswer(call: call, now: exchange.now).read(response)
    }

    private func reference(_ issue: JSONValue) -> TicketReference? {
        guard let id = issue["id"]?.stringValue, Self.isWord(id), let key = issue["key"]?.stringValue, Self.isWord(key) else { return nil }
        return TicketReference(id: id, key: key, url: site + key)
    }

    private func notUnderstood(_ what: String) -> TicketFailure {
        .retry(DeliveryFailure("Jira's answer is not understood: \(what)", mayHaveArrived: true))
    }

    private static func names(_ fields: JSONValue) -> Set<String> { Set(fields.objectValue?.map(\.name) ?? []) }

    private static func path(_ ticket: TicketReference) -> String { "\(JiraSinkOptions.api)/3/issue/\(PercentEncoding.encode(ticket.id))" }

    private static func has(_ issue: JSONValue, label: String) -> Bool {
        (issue["fields"]?["labels"]?.arrayValue ?? []).contains { $0.stringValue == label }
    }

    /// Ids and keys are words of letters, digits and `-`, `_`; anything else is no answer of Jira's.
    private static func isWord(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }
}
