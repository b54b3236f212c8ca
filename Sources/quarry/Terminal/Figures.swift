import Foundation

/// Numbers as a person reads them, the same in every locale.
enum Figures {
    /// With so many decimals, 0 or more.
    static func decimal(_ value: Double, places: Int) -> String {
        let scale = pow(10, Double(places))
        let scaled = Int((abs(value) * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return sign + "\(scaled)" }
        return sign + "\(scaled / Int(scale))." + String("\(Int(scale) + scaled % Int(scale))".dropFirst())
    }

    /// With a comma between thousands.
    static func whole(_ number: Int) -> String {
        let digits = Array("\(number.magnitude)")
        let grouped = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index).isMultiple(of: 3) ? ",\(digit)" : "\(digit)"
        }
        return (number < 0 ? "-" : "") + grouped.joined()
    }

    /// Bytes, in the largest unit of which there is at least one.
    static func size(_ bytes: Int64) -> String {
        let units = ["kB", "MB", "GB", "TB"]
        guard bytes >= 1000 else { return "\(bytes) bytes" }
        var (value, unit) = (Double(bytes) / 1000, 0)
        while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
        return "\(decimal(value, places: 1)) \(units[unit])"
    }

    /// A bar for a share of 0 to 1, as long as `width` at 1.
    static func bar(_ share: Double, width: Int) -> String {
        let filled = Int((min(1, max(0, share)) * Double(width)).rounded())
        return String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    }
}
