import FindingModel
import JSONDocument

extension Evaluator {
    /// Takes one candidate after another; may use the evaluator meanwhile.
    typealias Taker = (inout Evaluator, Value) -> Verdict

    /// Offers the candidates of an expression to `take`, for the item at hand, until it needs no more.
    mutating func evaluate(_ id: ExpressionID, _ item: Int, _ take: Taker) -> Outcome {
        if budget.isSpent { return .nothing }
        switch tables.expressions[id] {
        case .slot(let reference):
            return evaluate(slot: reference, item, take)
        case .constant(let number):
            return take(&self, Value(.constant(number))).outcome
        case .alternatives(let list):
            for index in list.range {
                let outcome = evaluate(tables.lists[index], item, take)
                if outcome != .nothing { return outcome }
            }
            return .nothing
        case .all(let list):
            var outcome = Outcome.nothing
            for index in list.range where evaluate(tables.lists[index], item, take) != .nothing { outcome = .some }
            return outcome
        case .join(let list, let separator):
            return join(list, separator: tables.texts[separator], item, take)
        case .hash(let list):
            guard let key = hash(list, item) else { return .nothing }
            var value = Value(.text(key))
            value.isComposed = true
            return take(&self, value).outcome
        case .header(let number):
            return evaluate(header: plan.headers[number], take)
        case .onlyKey(let reference):
            return evaluate(onlyKey: reference, item, take)
        case .memberName:
            // A name without letters names nothing.
            guard let name = memberNames[item], !tape.key(name).isEmpty else { return .nothing }
            return take(&self, Value(.text(String(decoding: tape.key(name), as: UTF8.self)))).outcome
        case .map(let from, let map):
            return evaluate(from, item) { $0.map($1, map, item, take) }
        case .pattern(let from, let pattern):
            return evaluate(from, item) { $0.part($1, pattern, take) }
        case .split(let from, let separator):
            return evaluate(from, item) { $0.split($1, separator, take) }
        case .form(let from, let form):
            return evaluate(from, item) { $0.normal($1, form, take) }
        case .time(let from, let unit):
            return evaluate(from, item) { evaluator, value in
                guard let time = evaluator.time(of: value, unit: unit, dateOnlyIsEndOfDay: false) else { return .rejected }
                return take(&evaluator, value.replaced(by: .time(time)))
            }
        case .duration(let from, let unit):
            return evaluate(from, item) { evaluator, value in
                guard let duration = evaluator.duration(of: value, unit: unit) else { return .rejected }
                return take(&evaluator, value.replaced(by: .duration(duration)))
            }
        case .conditional(let number, let then):
            guard holds(number, item) else { return .nothing }
            let outcome = evaluate(then, item, take)
            if outcome != .nothing { useTested(number, item) }
            return outcome
        }
    }

    private mutating func evaluate(slot reference: SlotReference, _ item: Int, _ take: Taker) -> Outcome {
        var outcome = Outcome.nothing
        var hit = bindings.first(reference.slot, of: owner(reference, item))
        while hit >= 0 {
            let node = bindings.value(hit)
            hit = next(hit)
            if isNothing(node) { continue }
            switch take(&self, Value(.node(node), origin: .node(node), place: reference.place)) {
            case .rejected: noteUnreadable(node, place: reference.place)
            case .skipped: break
            case .more: outcome = .some
            case .taken, .ended: return .done
            }
        }
        return outcome
    }

    private mutating func evaluate(header name: String, _ take: Taker) -> Outcome {
        var outcome = Outcome.nothing
        for field in headers where field.name == name || field.name.lowercased() == name {
            var text = field.value
            guard !text.withUTF8({ isNothing(text: UnsafeRawBufferPointer($0)) }) else { continue }
            switch take(&self, Value(.text(field.value))) {
            case .rejected, .skipped: break
            case .more: outcome = .some
            case .taken, .ended: return .done
            }
        }
        return outcome
    }

    private mutating func evaluate(onlyKey reference: SlotReference, _ item: Int, _ take: Taker) -> Outcome {
        var hit = bindings.first(reference.slot, of: owner(reference, item))
        while hit >= 0 {
            let node = bindings.value(hit)
            hit = next(hit)
            guard tape.kind(node) == .object, tape.childCount(node) == 1 else { continue }
            let outcome = take(&self, Value(.text(String(decoding: tape.key(node + 1), as: UTF8.self)))).outcome
            if outcome != .nothing { return outcome }
        }
        return .nothing
    }

    /// The texts of all parts one after another; where parts are lists, the first of each, then the second, and so on.
    private mutating func join(_ list: ExpressionList, separator: String, _ item: Int, _ take: Taker) -> Outcome {
        var parts: [[(text: String, origin: Value.Origin)]] = []
        var rows = Int.max
        for index in list.range {
            let values = joined(tables.lists[index], item)
            if values.isEmpty { return .nothing }
            if values.count > 1 { rows = min(rows, values.count) }
            parts.append(values)
        }
        var outcome = Outcome.nothing
        for row in 0..<(rows == .max ? 1 : rows) {
            let cells = parts.map { $0.count > 1 ? $0[row] : $0[0] }
            let text = cells.map(\.text).joined(separator: separator)
            budget.charge(text.utf8.count)
            if budget.isSpent { break }
            var value = Value(.text(text))
            value.isComposed = true
            value.origin = .nodes(cells.flatMap(\.origin.nodes))
            switch take(&self, value) {
            case .rejected, .skipped: break
            case .more: outcome = .some
            case .taken, .ended: return .done
            }
        }
        return outcome
    }

    private mutating func joined(_ id: ExpressionID, _ item: Int) -> [(text: String, origin: Value.Origin)] {
        var values: [(text: String, origin: Value.Origin)] = []
        _ = evaluate(id, item) { evaluator, value in
            guard !value.isUnmatched, let text = evaluator.text(of: value) else { return .rejected }
            values.append((text, value.origin))
            evaluator.budget.charge(text.utf8.count)
            return .more
        }
        return values
    }

    /// The key for a tuple of parts; nothing when all parts are.
    ///
    /// A part that is a container, or several values, counts as its JSON text.
    private mutating func hash(_ list: ExpressionList, _ item: Int) -> String? {
        var parts: [String] = []
        var isSomething = false
        for index in list.range {
            var values: [String] = []
            var isText = true
            _ = evaluate(tables.lists[index], item) { evaluator, value in
                if let text = evaluator.text(of: value) {
                    evaluator.budget.charge(text.utf8.count)
                    values.append(text)
                } else if case .node(let node) = value.content {
                    var writer = JSONWriter()
                    evaluator.tape.write(node, to: &writer)
                    evaluator.budget.charge(writer.count)
                    values.append(String(decoding: writer.bytes, as: UTF8.self))
                    isText = false
                }
                return .more
            }
            isSomething = isSomething || !values.isEmpty
            parts.append(values.count > 1 ? Self.list(values, areTexts: isText) : values.first ?? "")
        }
        return isSomething ? RecordIdentity.key(tuple: parts) : nil
    }

    private static func list(_ values: [String], areTexts: Bool) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for value in values {
            if areTexts { writer.string(value) } else { writer.raw(Array(value.utf8)) }
        }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Verdict {
    var outcome: Outcome {
        switch self {
        case .rejected, .skipped: .nothing
        case .more: .some
        case .taken, .ended: .done
        }
    }
}

extension Value.Origin {
    var nodes: [Int] {
        switch self {
        case .none: []
        case .node(let node): [node]
        case .nodes(let nodes): nodes
        }
    }
}
