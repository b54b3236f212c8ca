/// One cell of a table: a JSON value. What was a number in the file keeps the digits it was written with.
package enum Cell: Sendable, Hashable {
    /// The record has no such value, or null.
    case null

    /// Text, which every cell of a CSV file is.
    case string(String)

    /// A number, a boolean, an array or an object, as compact JSON.
    case json(String)

    /// The value as text: a string as it is, other values as compact JSON; `nil` for null.
    package var text: String? {
        switch self {
        case .null: nil
        case .string(let text), .json(let text): text
        }
    }
}
