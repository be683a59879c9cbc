import Adapters
import JSONDocument
import Journal

/// What the adapter in force makes of a receipt.
package enum MappedReceipt: Sendable {
    case event(MappedEvent, scope: KeyScope)
    /// No adapter can read it: its source is not configured, or its body is not JSON.
    case unreadable
    /// What its adapter makes of it is more than one receipt may become; the text says so.
    case overBudget(String)
}

extension MappedReceipt {
    /// Maps the receipt `entry`, whose body is `body`, with its source's plan; nothing for a source that is not configured.
    package init(_ entry: Entry, body: [UInt8], plan: SourcePlan?, parser: inout JSONParser) {
        guard let plan else {
            self = .unreadable
            return
        }
        let input = MappingInput(
            body: body, headers: entry.headers, receipt: entry.number, receivedTime: entry.receivedTime, bodySHA256: entry.bodySHA256,
            bodySize: entry.bodySize)
        do throws(MappingError) {
            self = .event(try plan.map(input, parser: &parser), scope: KeyScope(vendor: plan.adapter.name, account: plan.account))
        } catch {
            self = error.code == .overBudget ? .overBudget(error.message) : .unreadable
        }
    }
}

/// Maps receipts with the adapters of a `config` entry; one for each thread, because it keeps a parser and compiled plans.
package protocol ReceiptMapper {
    /// Maps the receipt `entry`, whose body is `body`, with the configuration that the entry `generation` holds.
    ///
    /// Throws only when the configuration itself cannot be read.
    mutating func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt

    /// Whether the configuration in entry `generation` has the source.
    mutating func knows(_ source: String, generation: UInt64) throws(StateError) -> Bool

    /// Whether receipts are mapped with the configuration in entry `generation` as they were at first: by its own rules, and by no other configuration
    /// that stands for it.
    mutating func isAsFirstMade(_ generation: UInt64) throws(StateError) -> Bool

    /// What the receipts of the configuration in entry `generation` are mapped with.
    mutating func use(of generation: UInt64) throws(StateError) -> ConfigurationUse

    /// Has the configurations in `entries` count as unreadable from here on, whatever the journal has of them.
    mutating func leaveOut(_ entries: EntryRanges)

    /// Has the configuration that the entry `generation` holds ready: finding what stands for a damaged one can take longer than one entry may.
    mutating func prepare(_ generation: UInt64) throws(StateError)
}

extension ReceiptMapper {
    package mutating func isAsFirstMade(_ generation: UInt64) throws(StateError) -> Bool { true }
    package mutating func use(of generation: UInt64) throws(StateError) -> ConfigurationUse { ConfigurationUse(generation: generation, why: .own) }
    package mutating func leaveOut(_ entries: EntryRanges) {}
    package mutating func prepare(_ generation: UInt64) throws(StateError) {}
}

/// Which configuration receipts are mapped with, and why that one.
package struct ConfigurationUse: Equatable, Sendable {
    package enum Reason: Sendable {
        /// It is their own, or an equal one.
        case own
        /// Their own was not read when it was needed first, and counts as unreadable since.
        case leftOut
        /// Their own cannot be read.
        case missing
        /// Their own can be read, and this version can make nothing of it.
        case unusable
    }

    /// The number of the `config` entry; their own where no other can be used.
    package let generation: UInt64
    package let why: Reason

    package init(generation: UInt64, why: Reason) {
        self.generation = generation
        self.why = why
    }
}
