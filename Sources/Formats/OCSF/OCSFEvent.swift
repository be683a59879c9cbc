import Digests
import FindingModel
import JSONDocument

/// Events of the Open Cybersecurity Schema Framework 1.8.0: findings are Vulnerability Findings (class 2002), scans are Scan Activities
/// (6007), notices are Base Events (0).
///
/// What OCSF has a place for stands there, the rest of the record under `unmapped.weir`, and what the vendor said beside all fields under
/// `unmapped.vendor`, so that nothing is lost. Classes and objects: https://schema.ocsf.io/1.8.0.
enum OCSFEvent {
    static func write(_ content: EventContent, to writer: inout JSONWriter) {
        writer.beginObject()
        switch content.record {
        case .finding(let finding): OCSFFinding(content: content, finding: finding).write(to: &writer)
        case .scan(let scan): OCSFScan(content: content, scan: scan).write(to: &writer)
        case .notice(let notice): OCSFNotice(content: content, notice: notice).write(to: &writer)
        }
        writer.endObject()
    }
}

/// An event class, by number and caption.
struct OCSFClass {
    let uid: Int64
    let caption: String
    let categoryUID: Int64
    let category: String

    static let base = OCSFClass(uid: 0, caption: "Base Event", categoryUID: 0, category: "Uncategorized")
    static let vulnerabilityFinding = OCSFClass(uid: 2002, caption: "Vulnerability Finding", categoryUID: 2, category: "Findings")
    static let scanActivity = OCSFClass(uid: 6007, caption: "Scan Activity", categoryUID: 6, category: "Application Activity")
}

/// A number of an OCSF enumeration with its caption; 99 is followed by a word of our own.
struct OCSFWord: Equatable {
    let id: Int64
    let caption: String

    static func other(_ word: String) -> OCSFWord { OCSFWord(id: 99, caption: word) }
}

extension JSONWriter {
    /// The members that say which kind of event this is (base_event, group classification).
    mutating func classification(_ type: OCSFClass, activity: OCSFWord) {
        required("activity_id", activity.id)
        required("activity_name", activity.caption)
        required("category_uid", type.categoryUID)
        required("category_name", type.category)
        required("class_uid", type.uid)
        required("class_name", type.caption)
        required("type_uid", type.uid * 100 + activity.id)
        required("type_name", "\(type.caption): \(activity.id == 99 ? "Other" : activity.caption)")
    }

    mutating func severity(_ severity: Severity) {
        required("severity_id", Int64(severity.rawValue))
        required("severity", severity.ocsfCaption)
    }

    /// The body a record was made from: its digest and size; the receipt's number stands in `metadata`.
    mutating func rawData(_ raw: RawReference?) {
        guard let raw else { return }
        key("raw_data_hash")
        beginObject()
        required("algorithm_id", 3)
        required("algorithm", "SHA-256")
        required("value", raw.sha256.hex)
        endObject()
        required("raw_data_size", Int64(raw.size))
    }

    /// `unmapped`: what OCSF has no place for, written by `rest` between braces, and the vendor's own words.
    mutating func unmapped(_ content: EventContent, vendor: RawJSON?, _ rest: (inout JSONWriter) -> Void) {
        key("unmapped")
        beginObject()
        key("weir")
        beginObject()
        rest(&self)
        field("cut", content.cut)
        if content.change.isLate {
            key("late")
            bool(true)
        }
        endObject()
        field("vendor", vendor)
        endObject()
    }

    /// A whole number, always written.
    mutating func required(_ name: StaticString, _ value: Int64) {
        key(name)
        integer(value)
    }

    /// A moment as milliseconds since 1970 (timestamp_t).
    mutating func required(_ name: StaticString, epoch time: Timestamp) {
        key(name)
        integer(time.milliseconds)
    }

    /// A moment as milliseconds since 1970, if there is one.
    mutating func field(_ name: StaticString, epoch time: Timestamp?) {
        if let time { required(name, epoch: time) }
    }
}

extension Severity {
    /// The caption of OCSF's `severity_id`, whose numbers are ours.
    var ocsfCaption: String {
        switch self {
        case .unknown: "Unknown"
        case .info: "Informational"
        case .low: "Low"
        case .medium: "Medium"
        case .high: "High"
        case .critical: "Critical"
        }
    }
}
