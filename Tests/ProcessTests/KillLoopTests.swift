import Foundation
import Platform
import Synchronization
import TestSupport
import Testing

/// kill -9 at random moments, again and again, while files come in and questions are asked. What was acknowledged is there, once.
@Suite(.timeLimit(.minutes(10))) struct KillLoopTests {
    private static let kills = 12

    /// What the server said yes to.
    private final class Acknowledged: Sendable {
        struct Answer: Sendable { let chat: String; let message: String; let text: String; let status: String }

        private let kept = Mutex((files: [String: String](), answers: [Answer](), unanswered: [Int]()))

        /// Filename by file id.
        var files: [String: String] { kept.withLock { $0.files } }
        var answers: [Answer] { kept.withLock { $0.answers } }

        /// The documents that were sent and not answered; they are forgotten here.
        func takeUnanswered() -> [Int] {
            kept.withLock { kept in
                defer { kept.unanswered = [] }
                return kept.unanswered
            }
        }

        func add(unanswered number: Int) { kept.withLock { $0.unanswered.append(number) } }
        func add(file id: String, named name: String) { kept.withLock { $0.files[id] = name } }
        func add(_ answer: Answer) { kept.withLock { $0.answers.append(answer) } }
    }

    /// A document of its own for each number; every fifth is a copy of the one before, and every seventh cannot be read.
    private static func document(_ number: Int) -> (name: String, text: String) {
        if number % 7 == 6 { return ("broken-\(number).csv", "a,b\n\(number),\"never closed\n") }
        let content = number % 5 == 4 ? number - 1 : number
        let paragraphs = (0..<6).map {
            "Hive \(content) has queen \($0). The bees of hive \(content) 🐝 fly in row \($0) of the meadow.\n\n"
        }
        return ("hive-\(number).md", "# Hive \(content)\n\n" + paragraphs.joined())
    }

    private static let faults = ["during-turn=delay:20", "during-ingestion=crash@0.3,during-turn=delay:20", "during-turn=delay:5"]

    @Test func nothingAcknowledgedIsLostAndNothingIsThereTwice() async throws {
        let data = TemporaryFolder()
        let (dataset, model) = try await QuarryServer.running(data: data) { server in
            let made = try await server.client.datasetAndModel()
            let first = try await server.client.upload(Self.document(0).text, named: "first.md", dataset: made.dataset)
            #expect(first.status == 201)
            return made
        }
        let acknowledged = Acknowledged()
        var next = 0
        for round in 0..<Self.kills {
            let server = try await QuarryServer.start(data: data, faults: Self.faults[round % Self.faults.count])
            // What was sent and not answered is sent again with its key, as a careful client does.
            let numbers = acknowledged.takeUnanswered() + Array(next..<next + 4)
            next += 4
            let client = server.client
            let work = Task {
                await withTaskGroup(of: Void.self) { group in
                    for number in numbers {
                        group.addTask {
                            if await Self.send(number, to: dataset, client, acknowledged) { return }
                            acknowledged.add(unanswered: number)
                        }
                    }
                    for question in 0..<3 {
                        group.addTask {
                            await Self.ask("How does the queen of hive \(question) fly?", model, question % 2 == 0, client, acknowledged)
                        }
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 30...500)))
            server.process.kill()
            #expect(await server.process.exit() == -SIGKILL)
            await work.value
        }
        try await QuarryServer.running(data: data) { server in
            for number in acknowledged.takeUnanswered() {
                #expect(await Self.send(number, to: dataset, server.client, acknowledged), "document \(number)")
            }
            await Self.ask("How does the queen of hive 0 fly?", model, true, server.client, acknowledged)
            #expect(!acknowledged.answers.isEmpty)
            try await checkFiles(server.client, dataset, acknowledged.files, count: next)
            try await checkAnswers(server.client, acknowledged.answers)
            try await checkSources(server.client, model)
        }
    }

    /// Whether the server took the document in.
    private static func send(_ number: Int, to dataset: String, _ client: TestClient, _ acknowledged: Acknowledged) async -> Bool {
        let (name, text) = document(number)
        guard let reply = try? await client.upload(text, named: name, dataset: dataset, idempotencyKey: "document-\(number)") else {
            return false
        }
        guard reply.status == 201, let id = try? reply.json["id"]?.text else { return false }
        acknowledged.add(file: id, named: name)
        return true
    }

    private static func ask(_ question: String, _ model: String, _ isStreamed: Bool, _ client: TestClient, _ acknowledged: Acknowledged)
        async
    {
        let body = TestClient.question(question, model: model, isStreamed: isStreamed)
        if isStreamed {
            guard let turn = try? await client.stream(body), turn.isFinished else { return }
            acknowledged.add(.init(chat: turn.chat, message: turn.messageID, text: turn.text, status: turn.status))
        } else {
            guard let reply = try? await client.post("/v1/chats", body), reply.status == 200, let json = try? reply.json else { return }
            let message: JSONValue? = json["message"]
            acknowledged.add(
                .init(
                    chat: json["id"]?.text ?? "", message: message?["id"]?.text ?? "", text: message?["content"]?.text ?? "",
                    status: message?["status"]?.text ?? ""))
        }
    }

    private func checkFiles(_ client: TestClient, _ dataset: String, _ acknowledged: [String: String], count: Int) async throws {
        #expect(acknowledged.count == count, "each document was taken in under one id")
        for (id, name) in acknowledged {
            try await until("file \(name) ready or failed") {
                let status = try await client.get("/v1/files/\(id)")["status"]?.text
                return status == "ready" || status == "failed"
            }
            let file = try await client.get("/v1/files/\(id)")
            #expect(file["filename"]?.text == name)
            if file["status"]?.text == "failed" {
                #expect(file["processingStatus"]?["error"]?.text?.isEmpty == false, "\(name) failed without a reason")
            }
            if name.hasPrefix("broken") { #expect(file["status"]?.text == "failed") }
        }
        let items = try await client.all("/v1/datasets/\(dataset)/items")
        let names = items.compactMap { $0["filename"]?.text }
        #expect(names.count == Set(names).count, "an item is there twice")
        #expect(Set(names) == Set(acknowledged.values).union(["first.md"]))
        let ids = items.compactMap { $0["id"]?.text }
        #expect(acknowledged.keys.allSatisfy { ids.contains($0) })
        let ready = items.filter { $0["status"]?.text == "ready" }.count
        #expect(try await client.get("/v1/datasets/\(dataset)")["version"]?.number == ready, "one version for each visible item")
    }

    private func checkAnswers(_ client: TestClient, _ answers: [Acknowledged.Answer]) async throws {
        #expect(Set(answers.map(\.message)).count == answers.count)
        for answer in answers {
            let messages = try await client.get("/v1/chats/\(answer.chat)")["messages"]?.elements ?? []
            let listed = messages.filter { $0["id"]?.text == answer.message }
            #expect(listed.count == 1)
            #expect(listed.first?["content"]?.text == answer.text)
            #expect(listed.first?["status"]?.text == answer.status)
        }
        // Those that nobody acknowledged have ended, too.
        for chat in try await client.all("/v1/chats") {
            let id = chat["id"]?.text ?? ""
            let messages = try await client.get("/v1/chats/\(id)")["messages"]?.elements ?? []
            #expect(messages.map { $0["role"]?.text } == ["user", "assistant"])
            #expect(["complete", "interrupted"].contains(messages.last?["status"]?.text), "\(String(describing: messages.last))")
            try await checkSources(client, of: messages.last?["sources"]?.elements ?? [])
        }
    }

    private func checkSources(_ client: TestClient, _ model: String) async throws {
        let reply = try await client.post("/v1/chats", TestClient.question("Where do the bees of hive 0 fly?", model: model))
        let sources = try reply.json["sources"]?.elements ?? []
        #expect(!sources.isEmpty)
        try await checkSources(client, of: sources)
    }

    /// A source's offsets count Unicode scalars of its file's text.
    private func checkSources(_ client: TestClient, of sources: [JSONValue]) async throws {
        for source in sources {
            let file = try #require(source["fileId"]?.text)
            let text = try await client.send("GET", "/v1/files/\(file)/text")
            #expect(text.status == 200)
            let scalars = Array(String(decoding: text.bytes, as: UTF8.self).unicodeScalars)
            let (start, end) = (try #require(source["start"]?.number), try #require(source["end"]?.number))
            try #require(0 <= start && start < end && end <= scalars.count)
            var cited = String.UnicodeScalarView()
            cited.append(contentsOf: scalars[start..<end])
            #expect(String(cited) == source["text"]?.text)
        }
    }
}
