/// STUB until the quality branch lands.
package enum SafetyCategory: String { case violence }
/// STUB
package enum SafetyNotes {
    /// STUB
    package static func categories(of text: String) -> [SafetyCategory] { [] }
}
