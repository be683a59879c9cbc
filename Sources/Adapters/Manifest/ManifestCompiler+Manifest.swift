import YAMLDocument

extension ManifestCompiler {
    /// What a manifest says, apart from its name.
    struct Manifest {
        var plan: AdapterPlan
        var authentication: AuthenticationScheme
        var secretMaker: SecretMaker
        var redaction: RedactionRules
        /// Whether the event's key is read from the body alone, so that equal bodies are equal events.
        var keyIsFromBody: Bool
        /// Headers that the event is read from, in lower case.
        var headers: [String]
    }

    /// The manifest in `root`; nothing, after an error was added, when it cannot be used.
    static func manifest(_ root: YAMLNode, name: String, issues: inout IssueCollector) -> Manifest? {
        let matching = root["names"]?.scalar.flatMap(NameMatching.init(rawValue:)) ?? .exact
        var compiler = ManifestCompiler(issues: issues, names: matching)
        defer { issues = compiler.issues }
        guard let form = compiler.form(root, "a manifest", keys: keys) else { return nil }
        return compiler.manifest(form, name: name)
    }

    private mutating func manifest(_ form: Form, name: String) -> Manifest? {
        checkName(form, name: name)
        if let names = form["names"], word(names, "names") != nil, NameMatching(rawValue: names.scalar ?? "") == nil {
            issues.unknownWord(names, what: "way to compare names", known: NameMatching.allCases.map(\.rawValue))
        }
        let vendor = required("vendor", in: form) ?? ""
        let product = word(form["product"], "product") ?? vendor
        let zone = zone(form["timezone"])
        let absent = absent(form["absent"])
        let scheme = form["authenticate"].flatMap { AuthenticationScheme.compile($0, issues: &issues) }
        if form["authenticate"] == nil { missing("authenticate", in: form) }
        let maker = secretMaker(form["secret-by"])
        let json = documentPaths(form["json"], "json")
        let redaction = RedactionRules.compile(redact: form["redact"], clear: form["clear"], json: json, names: names, issues: &issues)
        let known = documentPaths(form["known"], "known")
        let common = Common(json: json, redaction: redaction, known: known, dropped: documentPaths(form["drop"], "drop"))
        let (event, entries) = eventAndEntries(form, common)
        guard !issues.hasErrors, let scheme else { return nil }
        refuseCredentials(of: scheme, form)
        let plan = AdapterPlan(
            tables: tables, vendor: vendor, product: product, zone: zone, absent: absent, headers: headers,
            json: JSONStrings(paths: json, matching: names), event: event, entries: entries)
        // Two kinds with one key are two events, though their bodies be equal.
        let keyIsFromBody = event.key.map { !readsHeader($0) && !(event.kind.map { readsHeader($0) } ?? false) } ?? false
        guard !issues.hasErrors else { return nil }
        return Manifest(
            plan: plan, authentication: scheme, secretMaker: maker, redaction: redaction, keyIsFromBody: keyIsFromBody, headers: headers)
    }

    private mutating func checkName(_ form: Form, name: String) {
        guard let text = required("adapter", in: form), let node = form["adapter"] else { return }
        let isName = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
        }
        if !isName || text.utf8.count > 63 || text.utf8.first == UInt8(ascii: "-") {
            issues.error(node, "'\(text)' is no adapter's name", hint: "1 to 63 of a-z, 0-9 and '-', and not '-' first")
        } else if text != name {
            issues.error(node, "the adapter is named '\(text)' and its folder '\(name)'")
        }
    }

    private mutating func zone(_ node: YAMLNode?) -> TimeZoneRules {
        guard let node, let text = word(node, "timezone") else { return .utc }
        if let zone = TimeZoneRules(identifier: text) { return zone }
        issues.error(node, "there is no time zone '\(text)'", hint: "a name of the IANA database, such as Europe/Stockholm or UTC")
        return .utc
    }

    private mutating func secretMaker(_ node: YAMLNode?) -> SecretMaker {
        guard let node, let text = word(node, "secret-by") else { return .gateway }
        if let maker = SecretMaker(rawValue: text) { return maker }
        issues.unknownWord(node, what: "maker of the secret", known: SecretMaker.allCases.map(\.rawValue))
        return .gateway
    }

    private mutating func absent(_ node: YAMLNode?) -> WordTable {
        var table = WordTable()
        for (word, node) in words(node, "absent") where !table.insert(word, value: 0) { issues.error(node, "the word '\(word)' is there already") }
        return table
    }

    /// A credential is never kept with a receipt, so the projection could not read it again.
    private mutating func refuseCredentials(of scheme: AuthenticationScheme, _ form: Form) {
        for header in headers where scheme.credentialHeaders.contains(header) {
            issues.error(form["event"] ?? form.node, "the header '\(header)' is a credential, which no event can be read from")
        }
    }
}
