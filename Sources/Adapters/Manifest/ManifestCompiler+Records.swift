import YAMLDocument

extension ManifestCompiler {
    /// Paths into every document that stand for no field.
    struct Common {
        var json: [Path]
        var redaction: RedactionRules
        var known: [Path]
        var dropped: [Path]
    }

    /// The event's plan and the entries of `records`.
    mutating func eventAndEntries(_ form: Form, _ common: Common) -> (event: EventPlan, entries: [EntryPlan]) {
        if form["event"] == nil { missing("event", in: form) }
        hasItem = false
        let (key, kind, time) = eventExpressions(form["event"])
        apply(common)
        let eventTrie = finishTrie()
        var event = EventPlan(trie: eventTrie, key: key, kind: kind, time: time, kinds: [], words: WordTable(), mapped: 0)
        let entries = entries(form, common, into: &event)
        event.mapped = event.kinds.count
        for (word, node) in words(form["ignore"], "ignore") { add(kind: word, node, entry: nil, to: &event) }
        if kind == nil, form["event"] != nil { checkWithoutKind(form, entries: entries.count) }
        return (event, entries)
    }

    private mutating func entries(_ form: Form, _ common: Common, into event: inout EventPlan) -> [EntryPlan] {
        guard let records = form["records"] else {
            missing("records", in: form)
            return []
        }
        guard let items = records.items, !items.isEmpty else {
            issues.error(records, "'records' must be a list of entries")
            return []
        }
        var entries: [EntryPlan] = []
        for item in items {
            guard let entryForm = self.form(item, "an entry of 'records'", keys: ["kinds", "scan", "finding", "notice"]) else { continue }
            entries.append(entry(entryForm, common))
            if let kinds = entryForm["kinds"] {
                for (word, node) in words(kinds, "kinds") { add(kind: word, node, entry: entries.count - 1, to: &event) }
            } else if form["event"]?["kind"] != nil {
                missing("kinds", in: entryForm)
            } else {
                event.kinds.append(EventPlan.Kind(name: "event", entry: entries.count - 1))
            }
        }
        return entries
    }

    private mutating func entry(_ form: Form, _ common: Common) -> EntryPlan {
        if ["scan", "finding", "notice"].allSatisfy({ form.node[$0] == nil }) {
            issues.error(form.node, "an entry of 'records' needs a scan, a finding or a notice", hint: "kinds that make no record go under 'ignore'")
        }
        let scans = scans(form["scan"])
        let findings = findings(form["finding"])
        let notices = notices(form["notice"])
        for path in eventPaths { trie.name(path) }
        apply(common)
        return EntryPlan(trie: finishTrie(), scans: scans, findings: findings, notices: notices)
    }

    private mutating func apply(_ common: Common) {
        for path in common.json { trie.name(path) }
        for rule in common.redaction.rules {
            for path in rule.paths {
                if let last = path.steps.last, path.hasAnyDepth { trie.knowAnywhere(last.name) } else { trie.name(path) }
            }
        }
        for path in common.redaction.clear where !path.hasAnyDepth { trie.name(path) }
        for path in common.known { trie.know(path, frame: 0, dropped: false) }
        for path in common.dropped { trie.know(path, frame: 0, dropped: true) }
    }

    private mutating func add(kind word: String, _ node: YAMLNode, entry: Int?, to event: inout EventPlan) {
        guard event.words.insert(word, value: event.kinds.count) else {
            let first = event.kinds[event.words.find(word) ?? 0]
            let state = first.entry == nil ? "ignored" : "mapped"
            issues.error(node, "the kind '\(word)' is \(state) already")
            return
        }
        event.kinds.append(EventPlan.Kind(name: word, entry: entry))
    }

    /// Without a kind all events are of one, so there is one entry for them.
    private mutating func checkWithoutKind(_ form: Form, entries: Int) {
        guard form["event"]?["kind"] == nil else { return }
        if let records = form["records"] {
            for item in records.items ?? [] {
                if let kinds = item["kinds"] { issues.error(kinds, "'kinds' needs the event's 'kind'", hint: "say under 'event' where the kind stands") }
            }
            if entries > 1 { issues.error(records, "several entries need the event's 'kind'") }
        }
        if let ignore = form["ignore"] { issues.error(ignore, "'ignore' needs the event's 'kind'") }
    }
}

extension WordTable {
    fileprivate func find(_ word: String) -> Int? {
        var word = word
        return word.withUTF8 { find(UnsafeRawBufferPointer($0)) }
    }
}

extension RedactionRule {
    /// The places that the rule is about.
    fileprivate var paths: [Path] {
        switch self {
        case .remove(let paths): paths
        case .keep(let place, _), .httpHeaders(let place, _): [place]
        }
    }
}
