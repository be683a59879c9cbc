import CurlTransport
import Delivery
import FindingModel
import Synchronization

/// Mails digests by SMTP (RFC 5321, as a client of RFC 6409).
///
/// A mail shows a batch, and everybody gets the same one. It has a `Message-ID` of its own that a repetition has too, so that one whose
/// reply was lost can be told. Recipients that the server refuses for good are left out and spoken of; one that it puts off puts the mail off, for an hour.
package final class EmailSink: EventSink {
    package let name: String
    package let limits: SinkLimits
    private let options: EmailSinkOptions
    private let resources: SinkResources
    /// Its own, because the library blocks the thread while it waits for the server's word about a message.
    private let transport: CurlTransport
    private let refusals = Mutex(RecipientRefusals())

    package static let type = "email"

    package init(name: String, options: EmailSinkOptions, resources: SinkResources) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        self.options = options
        self.resources = resources
        do throws(TransportError) {
            transport = try CurlTransport()
        } catch {
            throw SinkError("url", error.message)
        }
        limits = SinkLimits(count: options.batch, bytes: 1 << 20, gatherMilliseconds: options.gather.wholeMilliseconds)
    }

    package var type: String { Self.type }

    package var concern: String? { refusals.withLock { $0.text } }
    package var toldConcern: String? { refusals.withLock { $0.told } }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        guard !batch.isEmpty else { return .delivered(status: nil, id: nil) }
        let now = resources.clock.now
        guard let message = EmailDigest(batch, of: self.name, options, note: concern).message(at: now, version: resources.version) else {
            return .split(DeliveryFailure("a mail about \(batch.count) changes would be larger than \(EmailDigest.bytesMax >> 10) KiB"))
        }
        let addressees = refusals.withLock { $0.addressees(options.recipients, at: now) }
        do throws(TransportError) {
            let answer = try await transport.send(options.mail(message, to: addressees))
            return refusals.withLock { refusals in
                refusals.note(answer, to: addressees, at: now)
                return EmailAnswer.outcome(answer, leftOut: refusals.leftOut(by: addressees))
            }
        } catch {
            return HTTPOutcome.of(error)
        }
    }

    /// As `deliver`, and a recipient that is refused is a failure of the test, although the others get the mail.
    package func test(at now: Timestamp) async -> DeliveryOutcome {
        let outcome = await deliver([.test(at: now)])
        guard case .delivered(let status, let id) = outcome, concern != nil else { return outcome }
        return .pause(DeliveryFailure("some recipients are refused: \(id ?? "")", status: status))
    }

    package func close() async { await transport.shutdown() }
}
