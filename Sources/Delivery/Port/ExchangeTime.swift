/// How long an exchange with a sink may take where the engine grants it less than the sink's settings do: it asks which change it is that is never answered.
package enum ExchangeTime {
    /// Nothing where the settings hold. Known to everything that is done within one call of `deliver`.
    @TaskLocal package static var limit: Duration?

    /// `time`, or less.
    package static func within(_ time: Duration) -> Duration { limit.map { min($0, time) } ?? time }
}
