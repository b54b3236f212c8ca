import Storage

/// Credentials for other sites.
enum IntegrationTables {
    static let statements: [SQL] = [
        // `fields` names what is set; `sealed` holds the values, encrypted for exactly this row.
        """
        CREATE TABLE integration (
          organization_id \(type: .text) NOT NULL REFERENCES organization (id),
          name \(type: .text) NOT NULL,
          fields \(type: .text) NOT NULL,
          sealed \(type: .bytes) NOT NULL,
          updated_by \(type: .text) NOT NULL,
          updated_at \(type: .int64) NOT NULL,
          PRIMARY KEY (organization_id, name))
        """
    ]
}
