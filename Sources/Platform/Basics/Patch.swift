/// What a merge request says of one field: nothing, "clear it", or a new value (contract A §6 Q9).
package enum Patch<Value: Sendable>: Sendable {
    case absent
    case null
    case value(Value)

    /// The value, if one was given.
    package var given: Value? {
        if case .value(let value) = self { value } else { nil }
    }

    /// For a field that can be cleared: null clears it.
    package func merged(into current: Value?) -> Value? {
        switch self {
        case .absent: current
        case .null: nil
        case .value(let value): value
        }
    }

    /// For a field that always has a value: null leaves it as it is.
    package func merged(into current: Value) -> Value { given ?? current }
}
