import Platform
import Synchronization
import TestSupport
import Testing

/// Checks every answer against the document, and keeps account of which of its answers were seen.
final class Ledger: Sendable {
    let document: ContractDocument
    private let seen = Mutex<Set<String>>([])

    init(_ served: ServedPlatform) async throws {
        document = ContractDocument(try await served.api.with(key: nil).get("/openapi.json").json)
    }

    /// The same caller, with each of its answers checked.
    func watching(_ api: TestAPI) -> TestAPI {
        TestAPI(key: nil) { request in
            let answer = try await api.send(request)
            self.check(request, answer)
            return answer
        }
    }

    func check(_ request: TestRequest, _ answer: TestAnswer) {
        if let operation = document.operation(request.method, request.path) {
            seen.withLock { _ = $0.insert("\(operation.id) \(answer.status)") }
        }
        let faults = document.faults(request, answer)
        if !faults.isEmpty {
            Issue.record(
                "\(request.method) \(request.path) → \(answer.status): \(faults.joined(separator: "; "))\n\(answer.text.prefix(500))")
        }
    }

    /// The documented answers that nobody was given, as "operation status".
    var unseen: [String] {
        let seen = seen.withLock { $0 }
        return document.operations.flatMap { operation in operation.statuses.map { "\(operation.id) \($0)" } }.filter { !seen.contains($0) }
    }
}
