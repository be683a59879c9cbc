import DomainNames
import FindingModel

extension RecordMaker {
    /// One for each block and item that says something: words of the manifest alone make nothing.
    private mutating func parts<Fields, Part>(
        _ blocks: [Block<Fields>], _ item: Int, _ make: (inout RecordMaker, Fields, Int) -> Part
    ) -> [Part] {
        var parts: [Part] = []
        for block in blocks {
            for item in items(of: block, within: item) where !evaluator.budget.isSpent {
                let before = evaluator.taken
                let part = make(&self, block.fields, item)
                if evaluator.taken > before { parts.append(part) }
            }
        }
        return parts
    }

    /// The resources; afterwards `writtenHost` is that of the first host among them.
    mutating func resources(_ blocks: [Block<ResourcePlan>], _ item: Int) -> [Resource] {
        var written: [String?] = []
        let resources = parts(blocks, item) { maker, plan, item in
            let (resource, name) = maker.resource(plan, item)
            if resource.hostname != nil || resource.ip != nil { written.append(name) }
            return resource
        }
        writtenHost = written.first ?? nil
        return resources
    }

    /// A resource, and its host's name as it is written.
    private mutating func resource(_ plan: ResourcePlan, _ item: Int) -> (resource: Resource, writtenHost: String?) {
        let address = evaluator.read(plan.address, item) { AddressReader.read(utf8: $0) }
        let port = evaluator.read(plan.port, item) { PortReader.read(utf8: $0) }
        var resource = Resource()
        resource.uid = evaluator.text(plan.uid, item)
        resource.type = evaluator.text(plan.type, item) ?? address?.type
        // What no reader can take apart is a name all the same: an ARN, a network, a URL with a blank.
        resource.name = evaluator.text(plan.name, item) ?? (address == nil ? evaluator.text(plan.address, item) : nil)
        let hostname = evaluator.text(plan.hostname, item)
        resource.hostname = hostname.map { DomainName.ascii($0) ?? $0 } ?? address?.hostname
        resource.ip = evaluator.text(plan.ip, item) ?? address?.ip
        resource.port = port?.port ?? address?.port
        let service = port == nil ? evaluator.read(plan.port, item) { PortReader.service(utf8: $0) } : nil
        resource.protocolName = evaluator.text(plan.protocolName, item) ?? port?.protocolName ?? address?.protocolName ?? service
        // A user name and password in a URL go, as they do in an address.
        resource.url = evaluator.text(plan.url, item).map { AddressReader.read($0)?.url ?? $0 } ?? address?.url
        resource.path = evaluator.text(plan.path, item) ?? address?.path
        resource.method = evaluator.text(plan.method, item)
        resource.parameter = evaluator.text(plan.parameter, item)
        resource.labels = evaluator.set(plan.labels, item)
        let isForeign = hostname.map { $0.utf8.contains { $0 >= 0x80 } } ?? false
        return (resource, hostname == nil ? address?.writtenHostname : isForeign ? hostname : nil)
    }

    mutating func evidence(_ blocks: [Block<EvidencePlan>], _ item: Int) -> [Evidence] {
        parts(blocks, item) { maker, plan, item in
            Evidence(
                type: maker.evaluator.text(plan.type, item), summary: maker.evaluator.text(plan.summary, item),
                request: maker.evaluator.text(plan.request, item), response: maker.evaluator.text(plan.response, item))
        }
    }

    mutating func tickets(_ blocks: [Block<TicketPlan>], _ item: Int) -> [Ticket] {
        parts(blocks, item) { maker, plan, item in
            Ticket(
                system: maker.evaluator.text(plan.system, item), uid: maker.evaluator.text(plan.uid, item), status: maker.evaluator.text(plan.status, item),
                srcURL: maker.evaluator.text(plan.srcURL, item), assignee: maker.evaluator.text(plan.assignee, item),
                dueTime: maker.evaluator.time(plan.dueTime, item, dateOnlyIsEndOfDay: true)?.time)
        }
    }

    /// The public names in all blocks, each once; the one CVE or GHSA of a block carries its ratings and references, otherwise an
    /// entry of the vendor's own does, named by `ownID`.
    mutating func vulnerabilities(_ blocks: [Block<VulnerabilityPlan>], _ item: Int, ownID: String) -> [Vulnerability] {
        var all: [Vulnerability] = []
        var positions: [String: Int] = [:]
        for block in blocks {
            for item in items(of: block, within: item) {
                let more = vulnerabilities(block.fields, item, ownID: ownID)
                // What one block finds is there once; only several have to be compared.
                if blocks.count == 1, block.items == nil { return more }
                for vulnerability in more {
                    let name = "\(vulnerability.type.rawValue) \(vulnerability.id)"
                    if let position = positions[name] {
                        all[position].cvss += vulnerability.cvss
                        all[position].references += vulnerability.references
                    } else {
                        positions[name] = all.count
                        all.append(vulnerability)
                    }
                }
            }
        }
        for index in all.indices {
            all[index].references = all[index].references.withoutRepetitions()
            var seen: Set<[String?]> = []
            all[index].cvss.removeAll { !seen.insert([$0.version, $0.baseScore, $0.vectorString]).inserted }
        }
        return all
    }

    private mutating func vulnerabilities(_ plan: VulnerabilityPlan, _ item: Int, ownID: String) -> [Vulnerability] {
        var found: [Vulnerability] = []
        let names = evaluator.each(plan.ids, item) { evaluator, value in
            evaluator.withText(of: value) { text -> [IdentifierReader.Identifier]? in
                let names = IdentifierReader.read(utf8: text)
                return names.isEmpty ? nil : names
            }
        }
        if names.count == 1 {
            // One text names nothing twice.
            found = names[0].map { Vulnerability(id: $0.id, type: $0.type) }
        } else {
            var seen: Set<String> = []
            for name in names.joined() where seen.insert(name.id).inserted { found.append(Vulnerability(id: name.id, type: name.type)) }
        }
        let cvss = plan.cvss.compactMap { rating($0, item) }
        let references = evaluator.set(plan.references, item)
        guard !cvss.isEmpty || !references.isEmpty else { return found }
        let carriers = found.indices.filter { found[$0].type == .cve || found[$0].type == .ghsa }
        if carriers.count == 1 {
            found[carriers[0]].cvss = cvss
            found[carriers[0]].references = references
        } else {
            found.append(Vulnerability(id: ownID, type: .vendor, cvss: cvss, references: references))
        }
        return found
    }

    private mutating func rating(_ plan: CVSSPlan, _ item: Int) -> CVSS? {
        let score = evaluator.read(plan.score, item) { CVSSReader.score(utf8: $0) }
        let vector = evaluator.read(plan.vector, item) { CVSSReader.vector(utf8: $0) }
        let version = evaluator.text(plan.version, item) ?? vector?.version
        return score == nil && vector == nil ? nil : CVSS(version: version, baseScore: score, vectorString: vector?.text)
    }
}
