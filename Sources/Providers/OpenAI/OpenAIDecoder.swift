import Foundation

/// Turns the events of one stream into events of an answer.
struct OpenAIDecoder {
    private let refusals: OpenAIRefusal
    private var finish: FinishReason?
    private var usage: TokenUsage?
    private var hasSaid = false
    private var bytes = 0
    private var citations: CitationReader
    private var cited = 0
    /// Whether `[DONE]` was seen.
    private(set) var isDone = false
    /// Whether `end` said how the answer ended.
    private(set) var isEnded = false

    init(passages: Int, refusals: OpenAIRefusal) {
        citations = CitationReader(passages: passages)
        self.refusals = refusals
    }

    /// What comes before everything else: with passages, that none of them is cited yet.
    static func beginning(passages: Int) -> [GenerationEvent] { passages == 0 ? [] : [.citations([])] }

    /// What one event says.
    ///
    /// - Throws: `ProviderFault` when it says that something went wrong, or nothing that can be understood.
    mutating func decode(_ event: ServerSentEvent) throws(ProviderFault) -> [GenerationEvent] {
        if event.data == "[DONE]" {
            isDone = true
            return []
        }
        return try decode(Data(event.data.utf8), isNamedError: event.name == "error")
    }

    /// A whole answer, of a server that does not stream.
    mutating func decode(whole body: Data) throws(ProviderFault) -> [GenerationEvent] {
        let events = try decode(body, isNamedError: false)
        isDone = true
        return try events + end()
    }

    private mutating func decode(_ data: Data, isNamedError: Bool) throws(ProviderFault) -> [GenerationEvent] {
        let chunk: OpenAIChunk
        do {
            chunk = try JSONDecoder().decode(OpenAIChunk.self, from: data)
        } catch {
            if isNamedError { throw refusals.fault(inStream: data) }
            throw refusals.nonsense("an event that is no JSON of this protocol", data)
        }
        if chunk.isError || isNamedError { throw refusals.fault(inStream: data) }
        if let counted = chunk.usage?.tokens { usage = counted }
        var events: [GenerationEvent] = []
        for choice in chunk.choices?.prefix(1) ?? [] {
            let delta = choice.delta ?? choice.message
            if let reasoning = delta?.reasoning, !reasoning.isEmpty { events.append(.reasoning(try taken(reasoning))) }
            for text in [delta?.content?.text, delta?.refusal].compactMap({ $0 }) where !text.isEmpty {
                events += said(citations.read(try taken(text)))
            }
            if let reason = choice.finishReason { finish = FinishReason(rawValue: reason) ?? .other }
        }
        return events
    }

    /// What ends the answer.
    ///
    /// - Throws: `ProviderFault` when the stream ended before the answer did.
    mutating func end() throws(ProviderFault) -> [GenerationEvent] {
        // `[DONE]` alone is enough for servers that give no reason, if there was an answer at all.
        guard let reason = finish ?? (isDone && hasSaid ? .stop : nil) else { throw refusals.cut }
        isEnded = true
        return rest() + (usage.map { [.usage($0)] } ?? []) + [.end(reason)]
    }

    /// Whether all that was to be said was said, so that a connection that breaks now does no harm.
    var isWhole: Bool { finish != nil || isEnded }

    /// Text that was held back for what might have followed it.
    mutating func rest() -> [GenerationEvent] { said(citations.end()) }

    /// The text, behind what it newly cites.
    private mutating func said(_ text: String) -> [GenerationEvent] {
        if text.isEmpty { return [] }
        defer { cited = citations.cited.count }
        return (citations.cited.count > cited ? [.citations(citations.cited)] : []) + [.text(text)]
    }

    /// Text of the upstream as we can keep it: U+0000 is text to JSON and to no database.
    private mutating func taken(_ text: String) throws(ProviderFault) -> String {
        hasSaid = true
        bytes += text.utf8.count
        if bytes > OpenAILimits.answer { throw refusals.tooLong }
        return text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
    }
}
