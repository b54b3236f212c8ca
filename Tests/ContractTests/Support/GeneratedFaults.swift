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
        if operation.path.hasPrefix("/api/v1/") { return platformRequests(operation, status) }
        let (method, path) = (operation.method, NamingRequest.filled(operation.path) { own[$0] })
        let takesKeys = ["POST", "PUT", "PATCH"].contains(method)
        switch status {
        case 401: return [(nobody, TestRequest(method, path))]
        case 403: return [(powerless, TestRequest(method, path))]
        case 400: return unreadable(operation, path).map { (owner, $0) }
        case 413: return tooLarge(operation, path).map { (owner, $0) }
        case 415: return otherMedia(method, path).map { (owner, $0) }
        case 422 where takesKeys && operation.id != "uploadFile": return wrongKeys(method, path).map { (owner, $0) }
        case 422: return wrong(operation, path).map { (owner, $0) }
        default: return []
        }
    }

    /// Under `/api/v1` whatever is wrong with a request is 400; 422 and 501 have their own tests.
    private func platformRequests(_ operation: ContractDocument.Operation, _ status: Int) -> [(TestAPI, TestRequest)] {
        let (method, path) = (operation.method, NamingRequest.filled(operation.path) { own[$0] })
        switch status {
        case 401: return [(nobody, TestRequest(method, path))]
        case 403: return [(powerless, TestRequest(method, path))]
        case 400 where operation.hasBody:
            let missing = [TestRequest(method, path, json: [:]), TestRequest(method, path, json: []), TestRequest(method, path, json: "x")]
            return (unreadable(operation, path) + wrongKeys(method, path) + missing).map { (owner, $0) }
        case 400 where operation.id == "downloadPlatformDataset":
            return ["fileFormat=xml", "fileFormat=CSV", "fileFormat=", "file_format=zip"].map {
                (owner, TestRequest("GET", "\(path)?\($0)"))
            }
        case 400:
            let cursors = ["x", "%00", "MQ", "MXxhfGJ8Yw"].map { "cursor=\($0)" }
            let limits = ["0", "101", "x", "1.5", "-1", "nan", "inf", "9999999999999999999999"].map { "limit=\($0)" }
            let others = [
                "status=done", "sort=id", "sort_direction=up", "created_after=yesterday", "created_before=2026", "type=raw", "q=%00",
                "created_by_user_id=%00",
            ]
            return (cursors + limits + others).map { (owner, TestRequest("GET", "\(path)?\($0)")) }
        case 413: return tooLarge(operation, path).map { (owner, $0) }
        case 415: return otherMedia(method, path).map { (owner, $0) }
        default: return []
        }
    }

    private func otherMedia(_ method: String, _ path: String) -> [TestRequest] {
        ["text/plain", "application/xml", ""].map { TestRequest(method, path, headers: ["Content-Type": $0], body: Data("{}".utf8)) }
    }

    private func wrongKeys(_ method: String, _ path: String) -> [TestRequest] {
        ["a b", String(repeating: "k", count: 256), "schlüssel", ""].map {
            TestRequest(method, path, json: [:], headers: ["Idempotency-Key": $0])
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
        if operation.id == "receiveUpload" { return [TestRequest("PUT", own[.target], body: Data(repeating: 0x61, count: 4_097))] }
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
