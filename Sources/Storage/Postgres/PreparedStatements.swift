import CPostgres

/// Which statements one connection has prepared on the server, the least recently used making room for new ones.
struct PreparedStatements {
    /// Statements that one connection keeps; the server holds a plan of some kilobytes for each.
    static let maximumCount = 256

    private struct Entry {
        var name: String
        var types: [Oid]
        var lastUse: Int
    }

    /// What to do before a statement can be executed under `name`.
    struct Plan {
        let name: String
        /// Nil if it is prepared already; otherwise the types to prepare it with.
        var typesToPrepare: [Oid]?
        /// A name that the server may forget.
        var nameToForget: String?
    }

    private var entries: [String: Entry] = [:]
    private var uses = 0

    var count: Int { entries.count }

    /// How to run `text` with parameters of these types.
    ///
    /// A NULL has no type of its own and fits any. A type that was inferred for a NULL gives way to a declared one when a value comes.
    mutating func plan(for text: String, types: [Oid]) -> Plan {
        uses += 1
        guard let known = entries[text] else {
            let plan = Plan(name: "s\(uses)", typesToPrepare: types, nameToForget: makeRoom())
            entries[text] = Entry(name: plan.name, types: types, lastUse: uses)
            return plan
        }
        let fits = zip(types, known.types).allSatisfy { $0 == PostgresType.inferred || $0 == $1 }
        if fits {
            entries[text]?.lastUse = uses
            return Plan(name: known.name)
        }
        let merged = zip(types, known.types).map { $0 == PostgresType.inferred ? $1 : $0 }
        let plan = Plan(name: "s\(uses)", typesToPrepare: merged, nameToForget: known.name)
        entries[text] = Entry(name: plan.name, types: merged, lastUse: uses)
        return plan
    }

    /// The statement could not be prepared after all.
    mutating func remove(_ text: String) {
        entries[text] = nil
    }

    /// The server knows none of them any more.
    mutating func removeAll() {
        entries = [:]
    }

    private mutating func makeRoom() -> String? {
        guard entries.count >= Self.maximumCount, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return nil }
        entries[oldest.key] = nil
        return oldest.value.name
    }
}
