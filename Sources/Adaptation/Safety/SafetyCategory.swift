/// What a row can be annotated with. The raw values are the names on the wire.
package enum SafetyCategory: String, CaseIterable, Codable, Sendable, Hashable {
    case violence
    case selfHarm = "self_harm"
    case harassment
    case hate
    case sexual
}
