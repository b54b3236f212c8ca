package import Foundation
import Platform
import Yams

/// The description of the API: `openapi.yaml`, built into the program and served as JSON.
package struct OpenAPIDocument: Sendable {
    package let json: Data

    /// - Throws: when the built-in document is not valid YAML, which a test rules out.
    package init() throws {
        let yaml = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
        json = try JSONText.bytes(YAMLDecoder().decode(JSONValue.self, from: yaml))
    }
}
