/// What `weir --version` prints and sinks see in the User-Agent.
package enum ProgramVersion {
    package static let current = "0.1.0"
}
