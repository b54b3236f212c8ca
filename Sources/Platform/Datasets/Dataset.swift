import Foundation
package typealias DatasetID = Identifier<Dataset>
package typealias FileID = Identifier<File>
package typealias ContentID = Identifier<Content>
/// The chat that a file may be attached to, as far as datasets know of it: they keep a hidden dataset for it.
package typealias AttachedChatID = Identifier<Dataset.AttachedChat>

/// A named collection of items. Its version number grows with each change.
package struct Dataset: Sendable, Hashable {
    package enum AttachedChat {}

    package let id: DatasetID
    package let organization: OrganizationID
    package let name: String
    package let description: String?
    package let consentForTraining: Bool
    package let version: Int64
    /// Nil for datasets made before this was recorded.
    package let createdBy: MemberID?
    package let createdAt: Timestamp
    package let updatedAt: Timestamp

    /// A name, or what is looked for in one, in the form in which they are compared: without regard to case.
    static func folded(_ name: String) -> String { name.precomposedStringWithCanonicalMapping.lowercased() }
}

/// What a caller says of a new dataset. Lengths are checked at the door.
package struct DatasetDraft: Sendable {
    package let name: String
    package let description: String?
    package let consentForTraining: Bool

    package init(name: String, description: String?, consentForTraining: Bool) {
        self.name = name
        self.description = description
        self.consentForTraining = consentForTraining
    }
}

/// What a caller changes of a dataset.
package struct DatasetChanges: Sendable {
    package let name: Patch<String>
    package let description: Patch<String>

    package init(name: Patch<String>, description: Patch<String>) {
        self.name = name
        self.description = description
    }
}

/// What a file can be linked to.
package enum FileResource: Sendable, Hashable {
    case dataset(DatasetID)
    case chat(AttachedChatID)
}
