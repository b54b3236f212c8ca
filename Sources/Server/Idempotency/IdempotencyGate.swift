import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Platform

/// Lets a request with an `Idempotency-Key` have its effect once, and gives every repetition the first one's answer.
struct IdempotencyGate: Sendable {
    let service: IdempotencyService
    let faults: Faults
    /// Renders the answer of a turn anew.
    let replayTurn: @Sendable (TurnID, QuarryRequestContext) async throws -> Reply

    /// Runs `work` with a claimed key, or without one when the request carries none.
    ///
    /// - Parameter fingerprint: what tells this request from another one with the same key.
    func run(
        _ request: Request, _ context: QuarryRequestContext, fingerprint: @autoclosure () -> String,
        _ work: @Sendable (Receipt?) async throws -> Reply
    ) async throws -> Reply {
        guard let header = request.headers[.idempotencyKey] else { return try await work(nil) }
        let principal = try context.caller()
        let key = try IdempotencyKey(principal: principal, method: request.method.rawValue, path: request.uri.path, header: header)
        switch try await service.claim(key, fingerprint: fingerprint()) {
        case .claimed(let receipt): return try await effect(request, context, receipt, work)
        case .finished(.bytes(let code, let headers, let body)):
            var fields: HTTPFields = [.idempotencyReplayed: "true"]
            for (name, value) in headers {
                if let name = HTTPField.Name(name) { fields[name] = value }
            }
            return .bytes(HTTPResponse.Status(code: code), fields, body)
        case .finished(.turn(let turn)): return Self.marked(try await replayTurn(TurnID(turn), context))
        case .running(let seconds):
            throw PlatformError.conflict("A request with this Idempotency-Key is still running.", retryAfterSeconds: seconds)
        case .mismatch:
            throw PlatformError.invalid(
                ["header", "Idempotency-Key"], "Idempotency-Key was used for another request: use a new key for a new request.")
        }
    }

    /// The SHA-256 of a body and its media type.
    static func fingerprint(_ body: ReadBody) -> String {
        digest((body.mediaType ?? "") + "\n", body.bytes)
    }

    static func digest(_ text: String, _ bytes: Data = Data()) -> String {
        var hash = SHA256()
        hash.update(data: Data(text.utf8))
        hash.update(data: bytes)
        return Hexadecimal.text(hash.finalize())
    }

    private func effect(
        _ request: Request, _ context: QuarryRequestContext, _ receipt: Receipt, _ work: @Sendable (Receipt?) async throws -> Reply
    ) async throws -> Reply {
        let renewal = Task {
            while (try? await Task.sleep(for: IdempotencyService.renewal)) != nil { try? await service.renew(receipt) }
        }
        defer { renewal.cancel() }
        do {
            let reply = try await work(receipt)
            try await faults.pass(.afterEffect)
            if case .bytes = reply { try await service.finishIfOpen(receipt, reply.stored()) }
            return reply
        } catch {
            let problem = Problem(error, requestID: context.requestID)
            // What may pass by itself is not remembered: the same key may try again (design §9).
            if problem.status >= 500 || [401, 403, 409, 429].contains(problem.status) {
                try? await service.release(receipt)
            } else {
                try? await service.finishIfOpen(receipt, problem.reply(to: request.uri.path).stored())
            }
            throw error
        }
    }

    private static func marked(_ reply: Reply) -> Reply {
        switch reply {
        case .bytes(let status, var headers, let body):
            headers[.idempotencyReplayed] = "true"
            return .bytes(status, headers, body)
        case .stream(let status, var headers, let body):
            headers[.idempotencyReplayed] = "true"
            return .stream(status, headers, body)
        }
    }
}
