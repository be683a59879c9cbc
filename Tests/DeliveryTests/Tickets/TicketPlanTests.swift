import FindingModel
import Testing

@testable import Delivery

struct TicketPlanTests {
    static let now = Timestamp(milliseconds: 10_000_000)

    private static func finding(_ status: FindingStatus, _ severity: Severity = .high, resources: [String] = ["a"]) -> Finding {
        var finding = Finding.test(at: now)
        finding.status = status
        finding.severity = severity
        finding.resources = resources.map { name in
            var resource = Resource()
            resource.name = name
            return resource
        }
        return finding
    }

    private static func link(_ state: TicketLink.State, _ shown: Finding, intended: Timestamp = now) -> TicketLink {
        var link = TicketLink(uid: "f_1", mark: "weir-f_1", state: state, intended: intended)
        link.shown = TicketLink.Shown(shown)
        return link
    }

    private func next(_ link: TicketLink?, _ finding: Finding, made: Int = 0, at now: Timestamp = now, onFixed: TicketRules.OnFixed = .comment)
        -> TicketPlan.Step
    {
        var rules = TicketRules()
        rules.onFixed = onFixed
        return TicketPlan.next(link, finding, rules: rules, madeWithinHour: made, at: now)
    }

    @Test(arguments: [
        (FindingStatus.open, 0, TicketPlan.Step.create), (.reopened, 49, .create), (.inProgress, 0, .create), (.unknown, 0, .create), (.open, 50, .overflow),
        (.fixed, 0, .nothing), (.accepted, 99, .nothing), (.falsePositive, 0, .nothing), (.ignored, 0, .nothing),
    ])
    func aRecordWithoutATicket(_ status: FindingStatus, _ made: Int, _ step: TicketPlan.Step) {
        #expect(next(nil, Self.finding(status), made: made) == step)
    }

    @Test(arguments: [
        (finding(.open), finding(.open), TicketPlan.Step.nothing), (finding(.open), finding(.inProgress), .nothing),
        (finding(.open), finding(.open, .low), .severity(from: .high)), (finding(.open), finding(.open, resources: ["a", "b"]), .resources),
        (finding(.open), finding(.open, .low, resources: []), .severity(from: .high)), (finding(.open), finding(.fixed), .close(transition: nil)),
        (finding(.open), finding(.accepted), .close(transition: nil)), (finding(.fixed), finding(.fixed), .nothing),
        (finding(.fixed), finding(.reopened), .reopen), (finding(.fixed), finding(.open, .low), .reopen), (finding(.fixed), finding(.accepted), .nothing),
    ])
    func aRecordWithATicket(_ old: Finding, _ new: Finding, _ step: TicketPlan.Step) { #expect(next(Self.link(.linked, old), new) == step) }

    @Test func onlyAFixMovesTheTicket() {
        let link = Self.link(.linked, Self.finding(.open))
        #expect(next(link, Self.finding(.fixed), onFixed: .transition("Done")) == .close(transition: "Done"))
        #expect(next(link, Self.finding(.ignored), onFixed: .transition("Done")) == .close(transition: nil))
    }

    @Test func anIntentIsLookedForWhenTheSearchHasSettled() {
        let link = Self.link(.intent, Self.finding(.open))
        #expect(next(link, Self.finding(.open)) == .wait(until: Self.now.advanced(byMilliseconds: 300_000)))
        #expect(next(link, Self.finding(.open), at: Self.now.advanced(byMilliseconds: 299_999)) == .wait(until: Self.now.advanced(byMilliseconds: 300_000)))
        #expect(next(link, Self.finding(.open), at: Self.now.advanced(byMilliseconds: 300_000)) == .find)
        #expect(next(link, Self.finding(.fixed), at: Self.now.advanced(byMilliseconds: -5)) == .find)
    }

    @Test func whatIsBeyondTheLimitStaysThereAndADeletedTicketIsNotMadeAgain() {
        let open = Self.finding(.open)
        #expect(next(Self.link(.overflow, open), open) == .nothing && next(Self.link(.overflow, open), Self.finding(.fixed)) == .overflow)
        #expect(next(Self.link(.gone, open), open) == .nothing && next(Self.link(.gone, open), Self.finding(.fixed)) == .gone)
    }
}
