package import Foundation

extension ScriptedUpstream {
    /// What a scripted upstream answers, step by step.
    package struct Answer: Sendable {
        /// One thing that it does.
        package enum Step: Sendable {
            case head(Int, [(String, String)])
            /// A piece of the body, in a packet of its own.
            case bytes(Data)
            case pause(Duration)
            /// Nothing more until the door is open.
            case wait(Door)
            /// Nothing more at all, until the client goes away.
            case stall
            /// Closes the connection in the middle.
            case cut
        }

        private let make: @Sendable (Request) -> [Step]

        func steps(for request: Request) -> [Step] { make(request) }

        private init(_ make: @escaping @Sendable (Request) -> [Step]) { self.make = make }

        /// Exactly these steps.
        package static func steps(_ steps: [Step]) -> Answer { Answer { _ in steps } }

        /// An answer as a good upstream gives it: a stream of events when one was asked for, else one JSON body.
        ///
        /// - Parameter usage: prompt and completion tokens; nil leaves usage out.
        package static func text(
            _ text: String, reasoning: String? = nil, finish: String = "stop", usage: (prompt: Int, completion: Int)? = (11, 7)
        ) -> Answer {
            Answer { request in
                guard request.isStreamed else {
                    return whole(text, reasoning: reasoning, finish: finish, usage: usage).steps(for: request)
                }
                let thoughts = reasoning.map { [Frame.reasoning($0)] } ?? []
                let frames = thoughts + pieces(text).map(Frame.text) + [Frame.finish(finish)]
                return stream(frames + (usage.map { [Frame.usage($0.prompt, $0.completion)] } ?? []) + [Frame.done]).steps(for: request)
            }
        }

        /// One JSON body, whatever was asked for.
        package static func whole(
            _ text: String, reasoning: String? = nil, finish: String = "stop", usage: (prompt: Int, completion: Int)? = (11, 7)
        ) -> Answer {
            var message: [String: Any] = ["role": "assistant", "content": text]
            message["reasoning_content"] = reasoning
            var body: [String: Any] = [
                "id": "chatcmpl-scripted", "object": "chat.completion", "created": 1_795_176_000, "model": "scripted",
                "choices": [["index": 0, "message": message, "finish_reason": finish]],
            ]
            body["usage"] = usage.map(Frame.usageFields)
            return json(200, Frame.json(body))
        }

        /// An error in the protocol's shape.
        package static func refusal(_ status: Int, _ message: String = "No.", headers: [(String, String)] = []) -> Answer {
            json(status, Frame.json(["error": ["message": message, "type": "scripted_error", "code": NSNull()]]), headers: headers)
        }

        /// A JSON body.
        package static func json(_ status: Int, _ text: String, headers: [(String, String)] = []) -> Answer {
            steps([.head(status, [("Content-Type", "application/json")] + headers), .bytes(Data(text.utf8))])
        }

        /// A stream of events: each frame is the text of one event, or of whatever else is sent in its place.
        package static func stream(_ frames: [String], then last: [Step] = []) -> Answer {
            steps([.head(200, [("Content-Type", "text/event-stream")])] + frames.map { .bytes(Data($0.utf8)) } + last)
        }

        /// The same stream, in pieces of so many bytes: inside lines, and inside characters.
        package static func stream(_ frames: [String], inPiecesOf size: Int) -> Answer {
            let bytes = Array(frames.joined().utf8)
            let pieces = stride(from: 0, to: bytes.count, by: size).map { Data(bytes[$0..<min($0 + size, bytes.count)]) }
            return steps([.head(200, [("Content-Type", "text/event-stream")])] + pieces.map { .bytes($0) })
        }

        /// The text in words; together they are the text exactly.
        private static func pieces(_ text: String) -> [String] {
            var pieces: [String] = []
            var piece = ""
            for character in text {
                piece.append(character)
                if character == " " {
                    pieces.append(piece)
                    piece = ""
                }
            }
            return piece.isEmpty ? pieces : pieces + [piece]
        }
    }

    /// The events of the protocol's stream, as text.
    package enum Frame {
        package static let done = "data: [DONE]\n\n"

        package static func text(_ piece: String) -> String { delta(["content": piece]) }
        package static func reasoning(_ piece: String) -> String { delta(["reasoning_content": piece]) }
        package static func finish(_ reason: String) -> String {
            chunk(["choices": [["index": 0, "delta": [:], "finish_reason": reason]]])
        }

        /// The chunk with the usage, which has no choices.
        package static func usage(_ prompt: Int, _ completion: Int) -> String {
            chunk(["choices": [], "usage": usageFields((prompt, completion))])
        }

        package static func error(_ message: String, code: Any = NSNull()) -> String {
            "data: " + json(["error": ["message": message, "type": "server_error", "code": code]]) + "\n\n"
        }

        /// A chunk with this delta.
        package static func delta(_ fields: [String: Any]) -> String {
            chunk(["choices": [["index": 0, "delta": fields, "finish_reason": NSNull()]]])
        }

        /// A chunk with these fields beside those that each chunk has.
        package static func chunk(_ fields: [String: Any]) -> String {
            let common: [String: Any] = [
                "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1_795_176_000, "model": "scripted",
            ]
            return "data: " + json(common.merging(fields) { _, own in own }) + "\n\n"
        }

        static func usageFields(_ usage: (prompt: Int, completion: Int)) -> [String: Any] {
            [
                "prompt_tokens": usage.prompt, "completion_tokens": usage.completion, "total_tokens": usage.prompt + usage.completion,
            ]
        }

        static func json(_ object: [String: Any]) -> String {
            let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
            return (try? JSONSerialization.data(withJSONObject: object, options: options)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
    }
}
