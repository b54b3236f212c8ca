/// A model's use of a dataset.
package struct Association: Sendable, Hashable {
    package let model: ModelID
    package let dataset: DatasetID
    /// Only `rag` (seed 000); kept as text so that others can follow.
    package let usageType: String
    /// 0 to 100; higher is searched first.
    package let priority: Int
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
}

/// What a caller says of a new association. Ranges are checked at the door.
package struct AssociationDraft: Sendable {
    package let dataset: DatasetID
    package let usageType: String
    package let snapshotID: String?
    package let priority: Int

    package init(dataset: DatasetID, usageType: String, snapshotID: String?, priority: Int) {
        self.dataset = dataset
        self.usageType = usageType
        self.snapshotID = snapshotID
        self.priority = priority
    }
}

/// What a caller changes of an association.
package struct AssociationChanges: Sendable {
    package let usageType: Patch<String>
    package let snapshotID: Patch<String>
    package let priority: Patch<Int>

    package init(usageType: Patch<String>, snapshotID: Patch<String>, priority: Patch<Int>) {
        self.usageType = usageType
        self.snapshotID = snapshotID
        self.priority = priority
    }
}

/// What a batch made and what it left alone.
package struct AssociationBatch: Sendable {
    /// An entry that was left alone, and why.
    package struct Skipped: Sendable, Hashable {
        package let dataset: DatasetID
        package let reason: String
    }

    package let created: [Association]
    package let skipped: [Skipped]
}
