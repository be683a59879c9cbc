/// Where a list goes on: what a page gives as `next`, to be given back as `after`.
///
/// It names the list's order, so that whoever goes on need not say it again, and what fixes the place in that order whatever moves meanwhile:
/// `severity:4:f_…`, `seen:1772445600000:f_…`. Where a list grows at its end, that is its end when it began, `old:1200:f_…`: it ends there.
package struct ListPlace: Hashable, Sendable {
    /// Nothing for an id alone.
    package let order: String?
    package let mark: Int64?
    /// The uid, number or change behind which the list goes on.
    package let id: String

    package init(order: String?, mark: Int64? = nil, id: String) {
        self.order = order
        self.mark = mark
        self.id = id
    }

    /// Reads `text`, or an id alone; nothing for another text.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard let id = parts.last, parts.count <= 3, !parts.contains("") else { return nil }
        let mark = parts.count == 3 ? Int64(parts[1]) : nil
        if parts.count == 3, mark == nil { return nil }
        self.init(order: parts.count > 1 ? parts[0] : nil, mark: mark, id: id)
    }

    package var text: String { [order, mark.map { String($0) }, id].compactMap(\.self).joined(separator: ":") }
}
