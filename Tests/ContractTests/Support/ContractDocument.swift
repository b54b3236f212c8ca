import Foundation
import Platform
import TestSupport

/// The served description of the API, and what it says of a request's answer.
struct ContractDocument: Sendable {
    struct Operation: Sendable {
        let method: String
        let path: String
        let description: JSONValue

        var id: String { description["operationId"].text }
        var statuses: [Int] { description["responses"].members.keys.compactMap { Int($0) }.sorted() }
        var hasBody: Bool { !description["requestBody"].members.isEmpty }
    }

    /// Headers that say something only where the document says so.
    private static let described = ["Retry-After", "WWW-Authenticate", "Idempotency-Replayed", "Content-Disposition", "X-Should-Retry"]

    let checker: SchemaChecker
    let operations: [Operation]

    init(_ document: JSONValue) {
        checker = SchemaChecker(document: document)
        operations = document["paths"].members.sorted { $0.key < $1.key }.flatMap { path, item in
            ["get", "post", "put", "patch", "delete"].compactMap { method in
                item.members[method].map { Operation(method: method.uppercased(), path: path, description: $0) }
            }
        }
    }

    /// The operation that a concrete path belongs to; the one with the fewest placeholders if several do.
    func operation(_ method: String, _ path: String) -> Operation? {
        let segments = path.prefix { $0 != "?" }.split(separator: "/")
        let matching = operations.filter { operation in
            let pattern = operation.path.split(separator: "/")
            return operation.method == method && pattern.count == segments.count
                && zip(pattern, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        return matching.min { $0.path.count { $0 == "{" } < $1.path.count { $0 == "{" } }
    }

    /// Everything in an answer that the document does not say, or says otherwise.
    func faults(_ request: TestRequest, _ answer: TestAnswer) -> [String] {
        var faults = answer.header("X-Request-Id")?.isEmpty ?? true ? ["X-Request-Id is missing"] : []
        let isOfDatasetPlatform = request.path.prefix { $0 != "?" }.hasPrefix("/api/v1/")
        if answer.status >= 400 { faults += isOfDatasetPlatform ? platformErrorFaults(answer) : problemFaults(answer) }
        guard let operation = operation(request.method, request.path) else {
            // What belongs to the dataset platform and is not built yet says so.
            let expected = isOfDatasetPlatform ? [404, 405, 501] : [404, 405]
            return faults + (expected.contains(answer.status) ? [] : ["the operation is not documented"])
        }
        let response = checker.resolve(operation.description["responses"]["\(answer.status)"])
        guard !response.members.isEmpty else { return faults + ["status \(answer.status) is not documented"] }
        return faults + headerFaults(response["headers"], answer) + contentFaults(response["content"], answer)
    }

    private func problemFaults(_ answer: TestAnswer) -> [String] {
        // Readiness answers its own document with 503.
        if answer.status == 503, answer.mediaType == "application/json" { return [] }
        var faults = checker.faults(answer.json, ["$ref": "#/components/schemas/Problem"])
        if answer.mediaType != "application/problem+json" { faults.append("an error is \(answer.mediaType ?? "nothing")") }
        if answer["status"].int != answer.status { faults.append("the problem's status is \(answer["status"])") }
        return faults + errorHeaderFaults(answer)
    }

    /// The second shape of errors, under `/api/v1`. No 422 of it is about fields: it says what cannot be done yet.
    private func platformErrorFaults(_ answer: TestAnswer) -> [String] {
        var faults = checker.faults(answer.json, ["$ref": "#/components/schemas/DatasetPlatformError"])
        if answer.mediaType != "application/json" { faults.append("an error is \(answer.mediaType ?? "nothing")") }
        if answer["statusCode"].int != answer.status { faults.append("statusCode is \(answer["statusCode"])") }
        // Which errors may pass by themselves: for all others the SDK is told not to try again.
        let mayPass = answer.status == 429 || (answer.status >= 500 && answer.status != 501)
        if answer.header("X-Should-Retry") != (mayPass ? nil : "false") {
            faults.append("x-should-retry is \(answer.header("X-Should-Retry") ?? "nothing")")
        }
        return faults + errorHeaderFaults(answer)
    }

    private func errorHeaderFaults(_ answer: TestAnswer) -> [String] {
        var faults: [String] = []
        // A replayed error is the first one to the byte, and so names the first request.
        if answer.header("Idempotency-Replayed") == nil, answer["requestId"].text != answer.header("X-Request-Id") {
            faults.append("requestId is not X-Request-Id")
        }
        if answer.status == 401, answer.header("WWW-Authenticate") == nil { faults.append("401 without WWW-Authenticate") }
        if answer.status == 429, answer.header("Retry-After") == nil { faults.append("429 without Retry-After") }
        if answer.status == 405, answer.header("Allow") == nil { faults.append("405 without Allow") }
        return faults
    }

    private func headerFaults(_ headers: JSONValue, _ answer: TestAnswer) -> [String] {
        let undocumented = Self.described.filter { answer.header($0) != nil && headers[$0] == .null }.map {
            "header \($0) is not documented"
        }
        return undocumented
            + headers.members.sorted { $0.key < $1.key }.flatMap { name, node -> [String] in
                let header = checker.resolve(node)
                guard let value = answer.header(name) else { return header["required"] == true ? ["header \(name) is missing"] : [] }
                let isInteger = header["schema"]["type"] == "integer"
                return checker.faults(
                    isInteger ? Int64(value).map(JSONValue.integer) ?? .string(value) : .string(value), header["schema"], at: name)
            }
    }

    private func contentFaults(_ content: JSONValue, _ answer: TestAnswer) -> [String] {
        guard !content.members.isEmpty else {
            return answer.body.isEmpty && answer.mediaType == nil ? [] : ["status \(answer.status) has a body, and none is documented"]
        }
        guard let type = answer.mediaType, case .object(let media)? = content.members[type] else {
            return ["the media type \(answer.mediaType ?? "nothing") is not documented"]
        }
        switch type {
        case "text/event-stream": return streamFaults(media["schema"] ?? .null, answer)
        case _ where type.hasSuffix("json"):
            // What a caller uploaded is whatever it is.
            if media["schema"] == .object([:]) { return [] }
            guard (try? JSONValue.parse(answer.body)) != nil else { return ["the body is not JSON"] }
            return checker.faults(answer.json, media["schema"] ?? .null)
        default: return []
        }
    }

    private func streamFaults(_ schema: JSONValue, _ answer: TestAnswer) -> [String] {
        let events = TestEvent.read(answer.text)
        var faults = events.last?.data == "[DONE]" ? [] : ["the stream does not end with [DONE]"]
        let chunk = checker.resolve(schema)["x-event-data"]
        for (index, event) in events.dropLast().enumerated() {
            faults += checker.faults(event.json, chunk, at: "event \(index)")
            if event.json["finished"] != .bool(index == events.count - 2) {
                faults.append("event \(index) says finished: \(event.json["finished"])")
            }
        }
        return faults
    }
}
