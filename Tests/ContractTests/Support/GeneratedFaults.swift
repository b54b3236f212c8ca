import Foundation
import Platform
import TestSupport
import Testing

/// For each operation the faults that any operation of its kind can have: no key, no scope, an unreadable body, a wrong field.
struct GeneratedFaults {
    private let ledger: Ledger
    private let own: Belongings
    private let owner: TestAPI
    private let nobody: TestAPI
    private let powerless: TestAPI

    init(_ served: ServedPlatform, _ ledger: Ledger, _ own: Belongings) async throws {
        self.ledger = ledger
        self.own = own
        owner = ledger.watching(served.api)
        nobody = ledger.watching(served.api.with(key: nil))
        powerless = ledger.watching(try await served.caller(member: "powerless", scopes: []))
    }

    func run() async throws {
        for operation in ledger.document.operations {
            for status in operation.statuses {
                for (caller, request) in requests(operation, status) {
                    let answer = try await caller.send(request)
                    #expect(answer.status == status, "\(operation.id) \(request.path): \(answer.text.prefix(300))")
                }
            }
        }
    }

    private func requests(_ operation: ContractDocument.Operation, _ status: Int) -> [(TestAPI, TestRequest)] {
        let (method, path) = (operation.method, NamingRequest.filled(operation.path) { own[$0] })
        let takesKeys = ["POST", "PUT", "PATCH"].contains(method)
        switch status {
        case 401: return [(nobody, TestRequest(method, path))]
        case 403: return [(powerless, TestRequest(method, path))]
        case 400: return unreadable(operation, path).map { (owner, $0) }
        case 413: return tooLarge(operation, path).map { (owner, $0) }
        case 415:
            return ["text/plain", "application/xml", ""].map { type in
                (owner, TestRequest(method, path, headers: ["Content-Type": type], body: Data("{}".utf8)))
            }
        case 422 where takesKeys && operation.id != "uploadFile":
            return ["a b", String(repeating: "k", count: 256), "schlüssel", ""].map {
                (owner, TestRequest(method, path, json: [:], headers: ["Idempotency-Key": $0]))
            }
        case 422: return wrong(operation, path).map { (owner, $0) }
        default: return []
        }
    }

    private func unreadable(_ operation: ContractDocument.Operation, _ path: String) -> [TestRequest] {
        switch operation.id {
        case "uploadFile":
            let whole = TestForm(filename: "a.md", content: Data("a".utf8)).request()
            return [
                TestRequest("POST", path, headers: whole.headers, body: whole.body?.dropLast(6)),
                TestRequest("POST", path, headers: whole.headers, body: Data()),
            ]
        case "followTurn": return ["x", "x.", ".", "x.-1", "x.1.5"].map { TestRequest("GET", path, headers: ["Last-Event-ID": $0]) }
        case _ where operation.hasBody:
            let bodies =
                ["{", "", "{\"a\":}", "{\"a\":\"\u{1}\"}", String(repeating: "[", count: 50_000), "NaN"].map { Data($0.utf8) } + [
                    Data([0x22, 0xFF, 0x22])
                ]
            return bodies.map { TestRequest(operation.method, path, headers: ["Content-Type": "application/json"], body: $0) }
        default:
            // The last one is `1|a|b|c`, which has the form of a cursor.
            return ["x", "%00", "", "MQ", "MXxhfGJ8Yw"].map { TestRequest("GET", "\(path)?cursor=\($0)") }
        }
    }

    private func tooLarge(_ operation: ContractDocument.Operation, _ path: String) -> [TestRequest] {
        if operation.id == "uploadFile" { return [TestForm(filename: "a.md", content: Data(repeating: 0x61, count: 4_097)).request()] }
        let size = operation.method == "DELETE" ? 64 * 1024 : 4 * 1024 * 1024
        return [
            TestRequest(operation.method, path, headers: ["Content-Type": "application/json"], body: Data(repeating: 0x20, count: size + 1))
        ]
    }

    private func wrong(_ operation: ContractDocument.Operation, _ path: String) -> [TestRequest] {
        switch operation.id {
        case "getModel", "deleteModel": return [TestRequest(operation.method, "/v1/models/no-uuid")]
        case "deleteFile": return [TestRequest("DELETE", "\(path)?purge=maybe")]
        case "unlinkFile":
            return [TestRequest("DELETE", path, json: [:]), TestRequest("DELETE", "\(path)?resource_type=model&resource_id=x")]
        case "unlinkFileByPath": return [TestRequest("DELETE", path.replacing("/dataset/", with: "/model/"))]
        case "uploadFile":
            return [TestForm(filename: "a.md", content: Data()).request(), TestForm(filename: "", content: Data("a".utf8)).request()]
        default: return ["0", "101", "x", "", "1.5", "9999999999999999999999"].map { TestRequest("GET", "\(path)?limit=\($0)") }
        }
    }
}
