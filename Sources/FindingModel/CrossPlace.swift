import DomainNames

/// Where a flaw is, in the form in which `cross/v2` compares places.
struct CrossPlace: Equatable {
    enum Kind: String {
        case host, image, repository, cloud
    }

    let kind: Kind
    let name: String

    var isHost: Bool { kind == .host }

    /// The first place that any of the resources gives, with the resource that gives it: a host before an image, a repository, a thing in a cloud.
    static func first(of resources: [Resource]) -> (place: CrossPlace, resource: Resource)? {
        for kind in [Kind.host, .image, .repository, .cloud] {
            for resource in resources {
                if let name = name(of: resource, as: kind) { return (CrossPlace(kind: kind, name: name), resource) }
            }
        }
        return nil
    }

    private static func name(of resource: Resource, as kind: Kind) -> String? {
        // Only names of hosts have letters outside ASCII.
        func plain(_ names: String?...) -> [String] { names.compactMap { $0 }.filter { $0.utf8.allSatisfy { (0x21..<0x7F).contains($0) } } }
        return switch kind {
        case .host: host(resource.hostname) ?? RecordIdentity.normalised(host: resource.ip)
        case .image: resource.type == "image" ? plain(resource.name, resource.uid).lazy.compactMap(image).first : nil
        case .repository: resource.type == "repository" ? plain(resource.url, resource.name).lazy.compactMap(repository).first : nil
        case .cloud: resource.type == "cloud" ? plain(resource.uid).lazy.compactMap(cloud).first : nil
        }
    }

    private static func host(_ name: String?) -> String? { name.flatMap { DomainName.ascii($0) ?? RecordIdentity.normalised(host: $0) } }

    /// `registry/repository:tag`; Docker Hub's names are one, and a digest counts only without a tag.
    static func image(_ name: String) -> String? {
        var rest = Substring(RecordIdentity.lowercased(name))
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        let parts = rest.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard var path = parts.first.map({ $0.split(separator: "/", omittingEmptySubsequences: true) }), let last = path.last else { return nil }
        let tag = last.contains(":") ? "" : parts.count > 1 ? "@\(parts[1])" : ":latest"
        let isRegistry = path.count > 1 && (path[0].contains(".") || path[0].contains(":") || path[0] == "localhost")
        var registry = "docker.io"
        if isRegistry {
            registry = String(path.removeFirst())
            if registry == "index.docker.io" || registry == "registry-1.docker.io" { registry = "docker.io" }
        }
        if registry == "docker.io", path.count > 1, path[0] == "library" { path.removeFirst() }
        return "\(registry)/\(path.joined(separator: "/"))\(tag)"
    }

    /// `host/path` of a URL, without scheme, user and `.git`.
    static func repository(_ text: String) -> String? {
        let lower = Substring(RecordIdentity.lowercased(text))
        guard let scheme = lower.firstRange(of: "://") else { return nil }
        var rest = lower[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
        let authority = rest.prefix { $0 != "/" }
        if let at = authority.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        while rest.last == "/" { rest.removeLast() }
        if rest.hasSuffix(".git") { rest.removeLast(4) }
        return rest.contains("/") ? String(rest) : nil
    }

    /// What Amazon, Azure and Google name things by.
    static func cloud(_ uid: String) -> String? {
        let lower = RecordIdentity.lowercased(uid)
        let isKnown = lower.hasPrefix("arn:") || lower.hasPrefix("/subscriptions/") || (lower.hasPrefix("//") && lower.contains(".googleapis.com/"))
        return isKnown ? uid : nil
    }
}
