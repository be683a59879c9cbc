import JSONDocument

/// The parser of JSON that stands in strings, one for each level: the tape of the document around must stay valid meanwhile.
final class InnerParser {
    var parser = JSONParser()
    /// For JSON that stands in a string of that JSON.
    private(set) lazy var below: InnerParser = InnerParser()
}
