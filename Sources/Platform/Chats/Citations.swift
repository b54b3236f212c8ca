/// Which sources an answer names, and when the turn's log is told.
///
/// A provider that knows them before it speaks, as the quoting model does, has them told before the first piece of text. One that shows
/// them only as it goes on has them told once, at the end: one event with the whole list, whoever follows.
struct Citations: Sendable {
    private let retrieved: [Source]
    private var cited: [Source]
    private var told: [Source] = []
    private var hasText = false

    /// - Parameter retrieved: the sources of the request's passages, in their order. Unless `cite` is called, the answer rests on all of them.
    init(of retrieved: [Source]) {
        self.retrieved = retrieved
        cited = retrieved
    }

    /// The answer rests on these of the retrieved sources, so far.
    mutating func cite(_ indices: [Int]) { cited = indices.filter(retrieved.indices.contains).map { retrieved[$0] } }

    /// The sources to be told before the next piece of text; nil for none.
    mutating func beforeText() -> [Source]? {
        defer { hasText = true }
        return hasText ? nil : news()
    }

    /// The sources to be told at the end; nil for none, and when they were told already.
    mutating func atEnd() -> [Source]? { news() }

    /// The sources to be told when the answer broke off: those of what was said, and none when nothing was.
    mutating func atFault() -> [Source]? { hasText ? news() : nil }

    private mutating func news() -> [Source]? {
        if cited == told { return nil }
        told = cited
        return cited
    }
}
