import Platform
import TestSupport
import Testing

/// The kinds of things that a request can name.
enum Kind: CaseIterable, Sendable, Hashable {
    case model, dataset, file, chat
    /// A dataset with a table, and a run of it.
    case table, run
    /// A dataset that waits for its upload to be completed.
    case opened
    /// An upload without a dataset: its key, and the signed path to which its bytes are PUT.
    case upload, target
}

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
        let table = try await api.platformDataset("\(name) table.csv", rows)
        let opened = try await api.openUpload("\(name) opened.csv")
        #expect(try await api.put(opened.url, rows).status == 200)
        let url = try await api.post("/api/v1/datasets/upload/initiate", ["name": "\(name) stray", "file_format": "csv"])["upload_url"].text
        #expect(try await api.put(url, rows).status == 200)
        let target = "/uploads/" + url.split(separator: "/uploads/", maxSplits: 1).dropFirst().joined()
        return Belongings(ids: [
            .model: model, .dataset: dataset, .file: file, .chat: chat, .table: table,
            .run: Identifier<Kind>.make(at: .init(milliseconds: 1)).text,
            .opened: opened.dataset, .upload: String(target.dropFirst().prefix { $0 != "?" }), .target: target,
        ])
    }

    /// A table of three rows, one of them a repetition.
    static let rows = """
        question,answer
        How long do refunds take?,They take five working days.
        Who pays for the return?,The customer pays unless the item was damaged.
        How long do refunds take?,They take five working days.

        """

    /// The same with a run of the table that was launched just now; its rows must have been read.
    func launching(_ api: TestAPI) async throws -> Belongings {
        let answer = try await api.post("/api/v1/datasets/\(self[.table])/run", ["column_mapping": Self.mapping])
        let run = try #require(answer.status == 200 ? answer["run_id"].text : nil, "\(answer.text)")
        return Belongings(ids: ids.merging([.run: run]) { _, new in new })
    }

    static let mapping: JSONValue = ["prompt": "question", "completion": "answer"]

    private static func made(_ answer: TestAnswer) throws -> String {
        try #require(answer.status == 201 ? answer["id"].text : nil, "\(answer.text)")
    }

    /// These, with some of another's in their place.
    func with(_ kinds: Set<Kind>, of other: Belongings) -> Belongings {
        Belongings(ids: ids.merging(other.ids.filter { kinds.contains($0.key) }) { _, new in new })
    }
}
