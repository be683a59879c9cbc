import FindingModel

extension RecordMaker {
    mutating func notice(_ plan: NoticePlan, _ item: Int) -> Notice {
        let key = evaluator.key(plan.key, item)?.text
        let kind = evaluator.text(plan.kind, item) ?? context.kind
        let resource = resources(plan.resource, item).first
        let name = resource.flatMap { $0.name ?? $0.hostname ?? $0.ip ?? $0.url ?? $0.uid }
        let summary = evaluator.text(plan.summary, item) ?? "\(evaluator.plan.vendor) \(kind)" + (name.map { ": \($0)" } ?? "")
        return Notice(uid: noticeUID(key: key), kind: Notice.kind(of: kind), summary: summary, resource: resource, raw: context.raw)
    }
}
