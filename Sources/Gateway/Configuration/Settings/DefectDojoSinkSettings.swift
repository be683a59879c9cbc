import Delivery
import Sinks
import YAMLDocument

/// Reads the settings of a DefectDojo site.
enum DefectDojoSinkSettings {
    static let type = SinkType(word: "defectdojo", start: .beginning) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> DefectDojoSinkOptions? {
        let destination = DestinationReader.readSystem(&reader, what, api: DefectDojoSinkOptions.api, &context)
        let token = reader.require("token", what, &context.issues).flatMap { HeaderSecret.read($0, "token", &context) }
        let product = reader.require("product", what, &context.issues).flatMap { context.word($0, "product") }
        let productType = reader.take("product-type").flatMap { context.word($0, "product-type") }
        let engagement = reader.take("engagement").flatMap { context.word($0, "engagement") }
        let test = reader.take("test").flatMap { context.word($0, "test") }
        let service = reader.take("service").flatMap { context.word($0, "service") }
        let creates = flag(reader.take("create"), "create", &context)
        let reactivates = flag(reader.take("reactivate"), "reactivate", &context)
        let batch = context.integer(reader.take("batch"), "batch", DefectDojoSinkOptions.batchRange)
        guard let destination, let token, let product else { return nil }
        var options = DefectDojoSinkOptions(destination: destination, token: token, product: product)
        options.productType = productType
        options.service = service
        if let engagement { options.engagement = engagement }
        if let test { options.test = test }
        if let creates { options.createsContext = creates }
        if let reactivates { options.reactivates = reactivates }
        if let batch { options.batch = batch }
        return options
    }

    private static func flag(_ node: YAMLNode?, _ what: String, _ context: inout SettingsContext) -> Bool? {
        context.value(node, what, form: "true or false") { text in
            switch text {
            case "true": true
            case "false": false
            default: nil
            }
        }
    }
}
