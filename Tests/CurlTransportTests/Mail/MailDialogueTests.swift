import Testing

@testable import CurlTransport

/// Which reply settles a mail transaction, as a table of dialogues.
struct MailDialogueTests {
    private func dialogue(_ lines: [String], recipients: [String] = ["a", "b"]) -> (dialogue: MailDialogue, ends: Bool) {
        var dialogue = MailDialogue(recipients: recipients, keptBytes: 100)
        // The session ends with the reply before MAIL's.
        for line in ["220 hi", "250-me", "250 SIZE 1000"] {
            let goesOn = dialogue.take(Array((line + "\r\n").utf8), isTransaction: false)
            #expect(goesOn)
        }
        for (index, line) in lines.enumerated() where !dialogue.take(Array((line + "\r\n").utf8), isTransaction: true) {
            #expect(index == lines.count - 1)
            return (dialogue, true)
        }
        return (dialogue, false)
    }

    @Test(arguments: [
        (["250 ok"], "", 0), (["250 ok", "250 ok", "250 ok"], "", 0), (["250 ok", "250 ok", "250 ok", "354 go"], "", 0),
        (["250 ok", "250 ok", "250 ok", "354 go", "250 kept"], "message", 250), (["250 ok", "251 forwards", "250 ok", "354 go", "250 kept"], "message", 250),
        (["250 ok", "250 ok", "250 ok", "354 go", "451 no"], "message", 451), (["250 ok", "250 ok", "250 ok", "354 go", "354 again"], "message", 354),
        (["550 no"], "sender", 550), (["421 bye"], "sender", 421), (["250 ok", "550 no", "550 no"], "recipients", 550),
        (["250 ok", "550 no", "250 ok", "354 go", "250 kept"], "message", 250), (["250 ok", "250 ok", "250 ok", "554 no"], "content", 554),
        (["250 ok", "250 ok", "250 ok", "250 odd"], "content", 250),
        (["250 ok", "250 ok", "250 ok", "354 go", "250 kept", "221 bye", "500 what"], "message", 250),
        (["250-ok", "250-more", "250 end", "250 ok", "250 ok", "354 go", "250-kept", "250 kept"], "message", 250), (["garbage", "250 ok"], "", 0),
    ])
    func oneReplySettlesIt(_ lines: [String], _ step: String, _ code: Int) {
        let (dialogue, ends) = dialogue(lines)
        #expect(!ends && (dialogue.answer?.step.rawValue ?? "") == step && (dialogue.answer?.reply.code ?? 0) == code)
        #expect(dialogue.mayHaveArrived == (lines.last == "354 go"))
    }

    /// Ended before DATA, so that nobody gets what somebody else could not be given yet.
    @Test(arguments: [["250 ok", "450 later"], ["250 ok", "250 ok", "452 later"], ["250 ok", "550 no", "421 bye"], ["250 ok", "333 what"]])
    func aRecipientThatIsPutOffEndsIt(_ lines: [String]) {
        let (dialogue, ends) = dialogue(lines)
        #expect(ends && dialogue.answer?.step == .recipients && dialogue.answer?.isTaken == false)
    }

    @Test func refusedRecipientsAreNamed() {
        let (dialogue, _) = dialogue(["250 ok", "550-5.1.1 no", "550 5.1.1 such user", "250 ok", "354 go", "250 kept"])
        #expect(dialogue.answer?.isTaken == true)
        #expect(
            dialogue.answer?.refused == [
                MailAnswer.Refusal(recipient: "a", reply: MailAnswer.Reply(code: 550, text: Array("5.1.1 no\n5.1.1 such user\n".utf8)))
            ])
    }

    @Test func aRefusalBeforeTheTransactionIsTheSessions() {
        var dialogue = MailDialogue(recipients: ["a"], keptBytes: 100)
        #expect(dialogue.sessionRefusal == nil)
        _ = dialogue.take(Array("220 hi\r\n".utf8), isTransaction: false)
        #expect(dialogue.sessionRefusal == nil)
        _ = dialogue.take(Array("535 5.7.8 wrong\r\n".utf8), isTransaction: false)
        #expect(dialogue.sessionRefusal?.step == .session && dialogue.sessionRefusal?.reply.code == 535)
    }

    @Test func repliesWithoutEndAreCutAndLeft() {
        var dialogue = MailDialogue(recipients: ["a"], keptBytes: 100)
        let line = Array(("250-" + String(repeating: "x", count: 500) + "\r\n").utf8)
        var lines = 0
        while dialogue.take(line, isTransaction: true) { lines += 1 }
        #expect(dialogue.isTooLarge && lines == MailDialogue.headBytes / line.count)
    }
}
