package import Storage

/// Every table of the product. A migration that was released is never changed: a new one is added.
package enum Schema {
    package static let migrations: [Migration] = [
        Migration(
            number: 1, name: "first slice",
            statements: AccessTables.statements + ModelTables.statements + DatasetTables.statements + ChatTables.statements
                + WorkTables.statements),
        Migration(number: 2, name: "vectors", statements: VectorColumns.statements),
        Migration(number: 3, name: "runs", statements: RunTables.statements),
        Migration(number: 4, name: "integrations", statements: IntegrationTables.statements),
    ]
}
