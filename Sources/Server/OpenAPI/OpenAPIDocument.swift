package import Foundation
import Platform
import Yams

/// The description of the API: `openapi.yaml`, built into the program and served as JSON.
package enum OpenAPIDocument {
    /// Translated when it is first asked for, once for the process.
    private static let translated = Result {
        let yaml = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
        return try JSONText.bytes(YAMLDecoder().decode(JSONValue.self, from: yaml))
    }

    /// - Throws: when the built-in document is not valid YAML, which a test rules out.
    package static func json() throws -> Data { try translated.get() }
}
