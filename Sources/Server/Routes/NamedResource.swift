import Platform

/// What a file is to be linked to, and the field that said so.
struct NamedResource {
    static let idLength = 1...255

    let resource: FileResource
    let location: [String]

    /// From the fields of an association: `resource_type` and `resource_id`, their camel-case forms, or the guide's `datasetId`
    /// and `chatId` (contract A §6 Q7).
    ///
    /// - Throws: `PlatformError.invalid`.
    init(_ fields: Fields) throws {
        for (name, type) in [("datasetId", "dataset"), ("chatId", "chat")] {
            guard fields.has(name), let id = fields.string(name, length: Self.idLength).given else { continue }
            try fields.check()
            if let made = Self.make(type, id) {
                (resource, location) = (made, fields.location + [name])
                return
            }
        }
        let isCamelCase = fields.has("resourceType") || fields.has("resourceId")
        let (typeName, idName) = isCamelCase ? ("resourceType", "resourceId") : ("resource_type", "resource_id")
        let type = fields.requiredString(typeName, length: Self.idLength)
        let id = fields.requiredString(idName, length: Self.idLength)
        let made = Self.make(type, id)
        if !type.isEmpty, made == nil { fields.note(typeName, Self.expectation, .value) }
        try fields.check()
        guard let made else { throw PlatformError.internal("a checked resource type is unknown") }
        (resource, location) = (made, fields.location + [idName])
    }

    /// From a pair that may be absent, but only together.
    ///
    /// - Throws: `PlatformError.invalid`.
    static func optional(
        _ type: String?, _ id: String?, at location: [String], _ typeName: String, _ idName: String
    ) throws -> FileResource? {
        if type == nil, id == nil { return nil }
        guard let type, !type.isEmpty else {
            throw PlatformError.invalid(location + [typeName], "\(typeName) is required with \(idName).", kind: .missing)
        }
        guard let id, !id.isEmpty else {
            throw PlatformError.invalid(location + [idName], "\(idName) is required with \(typeName).", kind: .missing)
        }
        guard let resource = make(type, id) else { throw PlatformError.invalid(location + [typeName], "\(typeName) \(expectation)") }
        guard idLength.contains(id.unicodeScalars.count), !id.unicodeScalars.contains("\0") else {
            throw PlatformError.invalid(
                location + [idName],
                "\(idName) must have \(idLength.lowerBound) to \(idLength.upperBound) characters, none of them U+0000.",
                kind: .length)
        }
        return resource
    }

    private static let expectation = "must be dataset or chat."

    private static func make(_ type: String, _ id: String) -> FileResource? {
        switch type {
        case "dataset": .dataset(DatasetID(id))
        case "chat": .chat(AttachedChatID(id))
        default: nil
        }
    }
}
