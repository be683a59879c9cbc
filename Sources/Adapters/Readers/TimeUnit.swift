/// The units in which a number counts time since 1970; the raw value is the manifest's word.
package enum TimeUnit: String, Sendable, CaseIterable {
    case seconds = "s"
    case milliseconds = "ms"
}
