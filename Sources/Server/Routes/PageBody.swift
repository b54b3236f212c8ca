import Platform

/// A page of a list (contract A §6 Q2).
struct PageBody<Element: Encodable & Sendable>: Encodable, Sendable {
    let data: [Element]
    @Nullable var nextCursor: String?
    let hasMore: Bool
    /// Only for the lists that OpenAI clients read too.
    var object: String?
    /// Only for the lists that the contract counts.
    var totalCount: Int?

    init<Value: Sendable>(_ page: Page<Value>, object: String? = nil, totalCount: Int? = nil, _ body: (Value) -> Element) {
        data = page.elements.map(body)
        nextCursor = page.nextCursor
        hasMore = page.nextCursor != nil
        self.object = object
        self.totalCount = totalCount
    }
}
