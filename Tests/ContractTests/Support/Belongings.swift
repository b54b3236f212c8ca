import Platform
import TestSupport
import Testing

/// The kinds of things that a request can name.
enum Kind: CaseIterable, Sendable, Hashable { case model, dataset, file, chat }

/// Ids of one thing of each kind.
struct Belongings: Sendable {
    var ids: [Kind: String]

    subscript(_ kind: Kind) -> String { ids[kind] ?? "" }

    /// Ids that nobody issued.
    static func unknown() -> Belongings {
        Belongings(
            ids: Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, Identifier<Kind>.make(at: Timestamp(milliseconds: 1)).text) }))
    }

    /// One thing of each kind, linked with one another wherever things can be.
    static func make(_ api: TestAPI, name: String = "handbook") async throws -> Belongings {
        let parent = SystemModel.quoting.id.text
        let dataset = try await made(api.post("/v1/datasets", ["name": "\(name)", "description": "of \(name)"]))
        let file = try await made(
            api.upload(
                "\(name).md", "# \(name)\n\nRefunds of \(name) take five days.\n",
                fields: [("resource_type", "dataset"), ("resource_id", dataset)]))
        let model = try await made(
            api.post("/v1/models", ["parentModelId": .string(parent), "displayName": "\(name)", "metadata": ["of": "\(name)"]]))
        #expect(try await api.post("/v1/models/\(model)/datasets", ["datasetId": .string(dataset)]).status == 201)
        let turn = try await api.post(
            "/v1/chats", ["modelId": .string(model), "messages": [["role": "user", "content": "How long do refunds take?"]]])
        let chat = try #require(turn.status == 200 ? turn["id"].text : nil)
        #expect(try await api.post("/v1/files/\(file)/associations", ["chatId": .string(chat)]).status == 201)
        return Belongings(ids: [.model: model, .dataset: dataset, .file: file, .chat: chat])
    }

    private static func made(_ answer: TestAnswer) throws -> String {
        try #require(answer.status == 201 ? answer["id"].text : nil, "\(answer.text)")
    }

    /// These, with some of another's in their place.
    func with(_ kinds: Set<Kind>, of other: Belongings) -> Belongings {
        Belongings(ids: ids.merging(other.ids.filter { kinds.contains($0.key) }) { _, new in new })
    }
}
