import Adaptation
import Foundation
import Ingestion
import Providers
import Storage
import TestSupport
import Testing

@testable import Platform

/// An installation with a member who runs datasets.
struct RunHarness: Sendable {
    let installation: TestInstallation
    let platform: Platform
    let ada: Principal
    let generator: (any ModelProvider)?
    private let configure: Configure
    typealias Configure = @Sendable (inout PlatformConfiguration) -> Void

    /// - Parameter generator: what generates in runs; nil for nothing.
    init(
        _ backend: Backend, generator: (any ModelProvider)? = nil, configure: @escaping Configure = { _ in }
    ) async throws {
        self.generator = generator
        self.configure = configure
        installation = try await TestInstallation(backend)
        platform = try Self.process(installation, generator: generator, configure: configure)
        ada = try await installation.caller()
    }

    /// One more process of the installation.
    func process(
        database: (any Database)? = nil, generator: (any ModelProvider)? = nil,
        configure: Configure = { _ in }
    ) throws -> Platform {
        try Self.process(installation, database: database, generator: generator, configure: configure)
    }

    private static func process(
        _ installation: TestInstallation, database: (any Database)? = nil, generator: (any ModelProvider)?,
        configure: Configure
    ) throws -> Platform {
        let providers = generator.map { ["m": $0] } ?? [:]
        return try installation.process(database: database, providers: providers) { configuration in
            if generator != nil { configuration.generator = "m" }
            configure(&configuration)
        }
    }

    /// Lets a process like `platform` work until no job is left: one that was stopped works no more.
    func work() async throws {
        let worker = try process(generator: generator, configure: configure)
        try await installation.working(worker) { try await installation.jobsEnded() }
    }

    /// A dataset of these files, read one after the other.
    func dataset(_ files: [(name: String, text: String)], called name: String = "table") async throws -> DatasetID {
        let dataset = try await platform.dataset(name, for: ada)
        for file in files {
            _ = try await platform.upload(file.text, named: file.name, into: dataset, for: ada)
            try await installation.finishJobs()
        }
        return dataset
    }

    /// A run of the columns `question` and `answer`, changed as wished.
    func launch(_ dataset: DatasetID, _ change: (inout RunRequest) -> Void = { _ in }) async throws -> Run {
        installation.clock.advance(by: .seconds(1))
        var request = RunRequest()
        request.mapping = RunPlan.Mapping()
        request.mapping?.prompt = "question"
        request.mapping?.completion = "answer"
        change(&request)
        guard case .run(let run) = try await platform.runs.launch(request, on: dataset, for: ada) else {
            throw WaitedInVain(description: "an estimate came back for a run")
        }
        return run
    }

    /// Launches a run, and returns it as it is once every job has ended.
    func run(_ dataset: DatasetID, _ change: (inout RunRequest) -> Void = { _ in }) async throws -> Run {
        let run = try await launch(dataset, change)
        try await work()
        return try await found(run)
    }

    func found(_ run: Run) async throws -> Run { try await platform.runs.get(run.id, of: run.dataset, for: ada) }

    func overview(_ dataset: DatasetID) async throws -> DatasetOverview { try await platform.overviews.get(dataset, for: ada) }

    /// Status, row count and failure code in one line.
    func status(_ dataset: DatasetID) async throws -> String {
        let overview = try await overview(dataset)
        let count = overview.rowCount.map { "\($0)" } ?? "-"
        let failure = overview.failure.map { " \($0.code.rawValue)\($0.isWarning ? " warning" : "")" } ?? ""
        return "\(overview.status) \(count)\(failure)"
    }

    func download(_ dataset: DatasetID, as format: TableFormat = .jsonl) async throws -> String {
        var bytes: [UInt8] = []
        for try await chunk in try await platform.results.download(dataset, as: format, for: ada).chunks { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The rows of the result, each as an object.
    func rows(_ dataset: DatasetID) async throws -> [JSONValue] {
        try await download(dataset).split(separator: "\n").map { try JSONValue.parse(Data($0.utf8)) }
    }

    func version(_ dataset: DatasetID) async throws -> Int64 { try await platform.datasets.get(dataset, for: ada).version }

    /// The credits of all usage events.
    func usage() async throws -> [Int] {
        try await installation.query("SELECT credits FROM usage_event WHERE kind = 'run' ORDER BY created_at").map { try $0.int("credits") }
    }

    /// What was refused, as the case's name and its message.
    func refusal(_ body: () async throws -> Void) async throws -> PlatformError {
        try #require(await #expect(throws: PlatformError.self) { try await body() })
    }
}

/// Tables of made-up rows that are unlike one another.
enum RunTexts {
    private static let words = """
        hive meadow queen nectar pollen winter swarm frame smoke clover garden drone brood comb honey wing apple river stone window market \
        letter engine paper bridge candle harbour island journal kettle lantern mirror needle orchard pepper quarry ribbon saddle teapot \
        umbrella valley wagon yellow zebra anchor basket copper desert ember falcon glacier hammer
        """.split(separator: " ").map(String.init)

    /// The words of one row's question or answer.
    static func text(_ seed: Int, _ count: Int) -> String {
        var random = SplitMix(seed: UInt64(seed))
        return (0..<count).map { _ in words[Int(random.next() % UInt64(words.count))] }.joined(separator: " ")
    }

    static func question(_ row: Int) -> String { "Question \(row): what about the \(text(row, 10))?" }
    static func answer(_ row: Int) -> String { "Answer \(row) says that \(text(row + 1_000_000, 16))." }

    static func csv(_ rows: Range<Int>) -> String {
        "question,answer,id\n" + rows.map { "\"\(question($0))\",\"\(answer($0))\",\($0)\n" }.joined()
    }
}

/// What a prompt of ours asks for, told by its words.
enum AskedFor: String {
    case prompt, rephrasing, answer, rejected

    init(_ request: GenerationRequest) {
        let system = request.messages.first?.content ?? ""
        if system.contains("to which a given text is the answer") {
            self = .prompt
        } else if system.contains("You rewrite instructions") {
            self = .rephrasing
        } else if system.contains("You make training pairs") {
            self = .rejected
        } else {
            self = .answer
        }
    }
}

/// A generator that answers at once, always the same to the same request, and counts.
struct CountingGenerator: ModelProvider {
    let asked = Tally<GenerationRequest>()
    private let reply: @Sendable (GenerationRequest, AskedFor) async throws -> [GenerationEvent]

    init(_ reply: @escaping @Sendable (GenerationRequest, AskedFor) async throws -> String) {
        self.init(events: { [.text(try await reply($0, $1)), .usage(TokenUsage(input: 10, output: 5)), .finish] })
    }

    init(events reply: @escaping @Sendable (GenerationRequest, AskedFor) async throws -> [GenerationEvent]) { self.reply = reply }

    /// Says what it was asked for, and about what.
    init() { self.init { request, asked in "[\(asked.rawValue)] \(request.question.replacingOccurrences(of: "\n", with: " "))" } }

    func stream(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
        asked.add(request)
        let events = try await reply(request, AskedFor(request))
        return AsyncThrowingStream { continuation in
            for event in events { continuation.yield(event) }
            continuation.finish()
        }
    }
}
