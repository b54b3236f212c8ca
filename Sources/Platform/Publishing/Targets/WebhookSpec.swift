/// What a publishing to a webhook says: `url`, and the `format` that its download link asks for.
package struct WebhookSpec: Sendable, Equatable {
    let url: WebAddress?
    let format: TableFormat

    init(_ fields: inout SpecFields) {
        var url: WebAddress?
        if let text = fields.text("url", longest: WebAddress.longest) {
            do {
                url = try WebAddress(text)
            } catch {
                fields.note("url", "\(error).")
            }
        } else {
            fields.note("url", "is required: where the event is sent.", .missing)
        }
        self.url = url
        format = fields.format()
    }
}
