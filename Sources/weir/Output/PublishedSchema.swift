import Gateway
import JSONDocument

/// The published schemas, each whole: those that one refers to stand among its definitions under their own ids, as draft 2020-12 has it for
/// compound documents, so that a validator needs no other file.
enum PublishedSchema {
    static let names = EmbeddedSchemas.schemas.map(\.name)

    /// The schema as JSON for people; nothing when there is none of the name.
    static func text(_ name: String) -> String? {
        guard let schema = EmbeddedSchemas.schemas.first(where: { $0.name == name }) else { return nil }
        guard let document = try? JSONValue(parsing: Array(schema.text.utf8)), case .object(var members) = document else { return schema.text }
        let needed = needed(by: document, besides: name)
        guard !needed.isEmpty else { return schema.text }
        let definitions = (document["$defs"]?.objectValue ?? []) + needed.map { JSONMember(name: $0.name, value: $0.document) }
        members.removeAll { $0.name == "$defs" }
        members.append(JSONMember(name: "$defs", value: .object(definitions)))
        return PrettyJSON.text(.object(members)) + "\n"
    }

    /// The other schemas that `document` refers to, and those that these refer to.
    private static func needed(by document: JSONValue, besides name: String) -> [(name: String, document: JSONValue)] {
        var found: [(name: String, document: JSONValue)] = []
        var open = references(in: document)
        while let id = open.popLast() {
            for (other, text) in EmbeddedSchemas.schemas where other != name && !found.contains(where: { $0.name == other }) {
                guard let schema = try? JSONValue(parsing: Array(text.utf8)), schema["$id"]?.stringValue == id else { continue }
                found.append((other, schema))
                open += references(in: schema)
            }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// The ids of the documents that `value` refers to, without itself.
    static func references(in value: JSONValue) -> [String] {
        switch value {
        case .array(let items): return items.flatMap { references(in: $0) }
        case .object(let members):
            return members.flatMap { member in
                guard member.name == "$ref", let reference = member.value.stringValue else { return references(in: member.value) }
                return reference.split(separator: "#", omittingEmptySubsequences: false).first.flatMap { $0.isEmpty ? nil : [String($0)] } ?? []
            }
        default: return []
        }
    }
}
