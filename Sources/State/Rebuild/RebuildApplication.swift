import Journal

struct RebuildApplication {
    let projector: Projector
    let entry: Entry
    let survey: JournalSurvey
    func run() throws(StateError) {}
}
