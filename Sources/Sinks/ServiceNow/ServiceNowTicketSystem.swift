import CurlTransport
import Delivery
import JSONDocument

/// ServiceNow by its Table API
/// (https://www.servicenow.com/docs/bundle/yokohama-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html).
///
/// The mark is the column `correlation_id`.
package final class ServiceNowTicketSystem: TicketSystem {
    package let name: String
    private let options: ServiceNowSinkOptions
    private let records: ServiceNowRecord
    private let exchange: TicketExchange

    package static let type = "servicenow"

    package init(name: String, options: ServiceNowSinkOptions, resources: SinkResources) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        self.options = options
        records = ServiceNowRecord(options)
        exchange = TicketExchange(options.destination, authorization: options.authorization, resources)
    }

    package var type: String { Self.type }
    package var site: String { "\(options.destination.root)/\(options.table).do?sys_id=" }

    package func close() async {}

    package func find(mark: String) async -> TicketAnswer<TicketReference?> {
        do throws(TicketFailure) {
            let query = PercentEncoding.encode("correlation_id=\(mark)^ORDERBYsys_created_on")
            let found = try await call(.get, "\(tablePath)?sysparm_query=\(query)&\(Self.view)&sysparm_limit=1", isAboutRecord: false)
            guard let hits = found.arrayValue else { throw Self.notUnderstood("no list of records") }
            guard let hit = hits.first else { return .done(nil) }
            try check(hit, carries: mark)
            return .done(try reference(hit))
        } catch {
            return error.answer()
        }
    }

    package func create(_ content: TicketContent) async -> TicketAnswer<TicketReference> {
        await create(records.create(content), mark: content.mark)
    }

    package func createParent(_ table: TicketTable) async -> TicketAnswer<TicketReference> {
        await create(records.createParent(table), mark: table.mark)
    }

    package func update(_ ticket: TicketReference, to content: TicketContent) async -> TicketAnswer<Void> {
        guard let columns = records.update(content) else { return .done(()) }
        return await patch(ticket, columns)
    }

    package func updateParent(_ ticket: TicketReference, to table: TicketTable) async -> TicketAnswer<Void> {
        await patch(ticket, records.updateParent(table))
    }

    package func comment(_ note: TicketNote, on ticket: TicketReference) async -> TicketAnswer<Void> {
        await patch(ticket, records.comment(note))
    }

    package func transition(_ ticket: TicketReference, to name: String) async -> TicketAnswer<Void> {
        do throws(TicketFailure) {
            // What people have closed stays as they closed it.
            if try await isClosed(ticket) { return .done(()) }
        } catch {
            return error.answer()
        }
        return await patch(ticket, records.transition(name))
    }

    package func reopen(_ ticket: TicketReference) async -> TicketAnswer<Void> {
        do throws(TicketFailure) {
            guard try await isClosed(ticket) else { return .done(()) }
        } catch {
            return error.answer()
        }
        return await patch(ticket, records.reopen)
    }

    private func create(_ columns: JSONValue, mark: String) async -> TicketAnswer<TicketReference> {
        do throws(TicketFailure) {
            let created = try await call(.post, "\(tablePath)?\(Self.view)", columns, isAboutRecord: false)
            do throws(TicketFailure) {
                // Columns that the user may not write are left out without an error.
                try check(created, carries: mark)
            } catch {
                // What cannot be found again would be made again with every probe.
                if let id = created["sys_id"]?.stringValue, Self.isID(id) { _ = try await exchange.send(.delete, "\(tablePath)/\(id)") }
                throw error
            }
            return .done(try reference(created))
        } catch {
            return error.answer()
        }
    }

    private func patch(_ ticket: TicketReference, _ columns: JSONValue) async -> TicketAnswer<Void> {
        do throws(TicketFailure) {
            _ = try await call(.patch, "\(path(ticket))?\(Self.view)", columns, isAboutRecord: true)
            return .done(())
        } catch {
            return error.answer()
        }
    }

    private func isClosed(_ ticket: TicketReference) async throws(TicketFailure) -> Bool {
        let record = try await call(.get, "\(path(ticket))?sysparm_fields=sys_id,state,active", isAboutRecord: true)
        if record["active"]?.stringValue == "false" { return true }
        return record["state"]?.stringValue.map(options.closedStates.contains) ?? false
    }

    /// The invalid part of a query is dropped, so one by a column that is not there is answered with any records at all
    /// (https://www.servicenow.com/docs/r/zurich/api-reference, "GlideRecord - Scoped", `glide.invalid_query.returns_no_rows`).
    private func check(_ record: JSONValue, carries mark: String) throws(TicketFailure) {
        if record["correlation_id"]?.stringValue == mark { return }
        let words = "the user cannot read or write the column correlation_id of \(options.table), by which tickets are found again"
        throw .pause(DeliveryFailure(words))
    }

    private func reference(_ record: JSONValue) throws(TicketFailure) -> TicketReference {
        guard let id = record["sys_id"]?.stringValue, Self.isID(id) else { throw Self.notUnderstood("a record without a sys_id") }
        let number = record["number"]?.stringValue.flatMap { $0.utf8.isEmpty ? nil : AnswerText.line(Array($0.utf8), limit: 60) }
        return TicketReference(id: id, key: number ?? id, url: site + id)
    }

    private func call(
        _ method: OutboundRequest.Method, _ path: String, _ body: JSONValue? = nil, isAboutRecord: Bool
    ) async throws(TicketFailure) -> JSONValue {
        let response = try await exchange.send(method, path, body)
        return try ServiceNowAnswer(isAboutRecord: isAboutRecord, now: exchange.now).read(response)
    }

    private var tablePath: String { "\(ServiceNowSinkOptions.api)/table/\(options.table)" }

    private func path(_ ticket: TicketReference) -> String { "\(tablePath)/\(PercentEncoding.encode(ticket.id))" }

    private static let view = "sysparm_fields=sys_id,number,correlation_id&sysparm_exclude_reference_link=true"

    private static func notUnderstood(_ what: String) -> TicketFailure {
        .retry(DeliveryFailure("ServiceNow's answer is not understood: \(what)", mayHaveArrived: true))
    }

    /// 32 hexadecimal digits, or what else has only letters and digits.
    private static func isID(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
    }
}
