/// Is it only the text? Looks for marks of chat templates, for roles at the start of lines, for sentences of system prompts, and for the prompt
/// repeated in its answer.
struct TemplateRemnants {
    /// Found anywhere, as they are.
    private static let marks: [[UInt8]] = [
        "<|im_start|>", "<|im_end|>", "<|im_sep|>", "<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|eot_id|>",
        "<|start_header_id|>", "<|end_header_id|>", "<|begin_of_text|>", "<|prompter|>", "<|end_of_turn|>", "<start_of_turn>",
        "<end_of_turn>",
        "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<s>[", "</s>", "<bos>", "<eos>", "<pad>", "[PAD]", "[EOS]", "[SEP]", "[CLS]", "<unk>",
        "[SYSTEM]", "[USER]", "[ASSISTANT]", "[system]", "[user]", "[assistant]", "<system>", "</system>", "<|", "|>", "{{#", "{{user",
        "{{char", "{{prompt",
        "{{instruction", "{{input", "{{system",
    ].map { Array($0.utf8) }

    /// Headings of templates, after `#` signs or asterisks, before a colon or the end of the line; small letters.
    private static let headings: Set<String> = [
        "instruction", "instructions", "response", "input", "output", "system", "system prompt", "user", "assistant", "human", "ai", "bot",
        "gpt", "chatgpt", "prompt",
        "completion", "anweisung", "antwort", "eingabe", "réponse", "entrée", "instrucción", "respuesta", "istruzione", "istruzioni",
        "risposta", "instrução", "resposta", "instructie", "antwoord", "context", "question", "answer", "инструкция", "ответ", "指令", "回答",
    ]
    /// Roles at the start of a line, before a colon; small letters.
    private static let roles: Set<String> = [
        "user", "assistant", "human", "system", "ai", "bot", "chatgpt", "gpt", "ai assistant", "system prompt", "system message",
        "benutzer",
        "assistent", "mensch", "nutzer", "utilisateur", "assistant ia", "humain", "système", "usuario", "asistente", "humano", "sistema",
        "utente", "assistente",
        "umano", "usuário", "gebruiker", "mens", "systeem", "пользователь", "ассистент", "система", "用户", "助手", "系统", "instruction",
        "instructions", "response", "prompt", "completion", "ユーザー", "アシスタント",
    ]

    /// What system prompts say.
    private static let orders = PhraseMatcher(
        """
        below is an instruction that describes a task
        write a response that appropriately completes the request
        appropriately completes the request
        paired with an input that provides further context
        you are a helpful assistant
        you are a helpful
        you are an ai assistant
        you are an ai
        you are chatgpt
        you are an expert
        you are an assistant
        a chat between a curious user
        the assistant gives helpful
        the following is a conversation
        system prompt
        my instructions are
        my system prompt
        i was instructed to
        i have been instructed
        the user wants me to
        the user is asking
        the user asked
        do not reveal
        do not mention these instructions
        ignore previous instructions
        ignore all previous instructions
        respond only with
        always respond in
        answer the user s question
        knowledge cutoff
        du bist ein hilfreicher assistent
        du bist ein hilfreicher
        sie sind ein hilfreicher
        du bist ein ki
        tu es un assistant
        vous êtes un assistant
        eres un asistente
        sei un assistente
        você é um assistente
        je bent een behulpzame
        je bent een assistent
        ты полезный ассистент
        вы полезный ассистент
        """)

    /// Words a prompt, or its first sentence, must have for its repetition to be told from an answer that takes it up.
    private static let leastEchoWords = 5

    /// 0...1 of an answer, beside its prompt.
    static func value(of completion: ReadText, prompt: ReadText?) -> Double {
        var fault = marksFault(completion)
        let lines = RoleLines(completion.scan.bytes)
        // A dialogue that was asked for names its speakers, and mostly others than these.
        let isAsked = prompt.map { RoleLines($0.scan.bytes).roles > 0 } ?? false
        if lines.headings > 0 { fault = max(fault, min(0.95, 0.75 + 0.1 * Double(lines.headings))) }
        if lines.roles > 0 { fault = max(fault, isAsked ? 0.3 : 0.85) }
        let orders = Self.orders.matches(in: completion.scan.words, most: 200)
        if let first = orders.first {
            let short = 1 - Completeness.rise(Double(completion.scan.words.count), from: 40, to: 250)
            fault = max(fault, first.range.lowerBound < 12 ? 0.8 : 0.4 + 0.35 * short)
        }
        if let prompt, !completion.isCode { fault = max(fault, echo(prompt, in: completion)) }
        return 1 - min(0.97, fault)
    }

    /// 0...1 of a prompt: what makes a prompt a prompt is no fault in it, marks of a template are.
    static func value(ofPrompt prompt: ReadText) -> Double {
        let lines = RoleLines(prompt.scan.bytes)
        return 1 - max(marksFault(prompt), lines.headings > 0 ? 0.6 : 0)
    }

    private static func marksFault(_ text: ReadText) -> Double {
        let bytes = text.scan.bytes
        var found = 0
        bytes.withUnsafeBufferPointer { bytes in
            for start in bytes.indices {
                guard
                    bytes[start] == UInt8(ascii: "<") || bytes[start] == UInt8(ascii: "[") || bytes[start] == UInt8(ascii: "{")
                        || bytes[start] == UInt8(ascii: "|")
                else { continue }
                if marks.contains(where: { mark in
                    start + mark.count <= bytes.count && mark.indices.allSatisfy { bytes[start + $0] == mark[$0] }
                }) {
                    found += 1
                }
            }
        }
        if found == 0 { return 0 }
        // Operators of programs look alike.
        return text.isCode ? min(0.6, 0.15 * Double(found)) : min(0.95, 0.8 + 0.05 * Double(found))
    }

    /// How far the words of the prompt's beginning, of all of it or of its first sentence, stand in the answer in one piece.
    private static func echo(_ prompt: ReadText, in completion: ReadText) -> Double {
        let asked = prompt.scan.words
        let answered = completion.scan.words
        let first = asked.indices.dropFirst().first { asked[$0].gap >= .sentence } ?? asked.count
        let length = first >= leastEchoWords ? first : min(asked.count, 12)
        let weight = asked.prefix(length).reduce(0.0) { $0 + ($1.script.isUnspaced ? 0.5 : 1) }
        guard weight >= Double(leastEchoWords), answered.count >= length else { return 0 }
        let last = min(answered.count - length, 300)
        for start in 0...last where (0..<length).allSatisfy({ answered[start + $0].hash == asked[$0].hash }) {
            // At the start of the answer the whole question again; further in it may be quoted.
            return start < 4 ? 0.75 + 0.15 * Completeness.rise(weight, from: 6, to: 15) : 0.5
        }
        return 0
    }

    /// Lines that begin like those of a template.
    private struct RoleLines {
        private(set) var headings = 0
        private(set) var roles = 0

        init(_ bytes: [UInt8]) {
            var start = 0
            while start < bytes.count {
                var end = start
                while end < bytes.count, bytes[end] != 10 { end += 1 }
                read(bytes[start..<end])
                start = end + 1
            }
        }

        private mutating func read(_ line: ArraySlice<UInt8>) {
            var rest = line.drop { $0 <= 32 }
            let hashes = rest.prefix { $0 == UInt8(ascii: "#") }.count
            let stars = rest.prefix { $0 == UInt8(ascii: "*") }.count
            rest = rest.dropFirst(hashes + stars).drop { $0 == 32 }
            // The longest name has fewer bytes than this.
            let window = rest.prefix(40)
            let colon = window.firstIndex(of: UInt8(ascii: ":")) ?? window.indices.first { window[$0...].starts(with: "：".utf8) }
            guard colon != nil || hashes >= 2 && rest.count < 24 else { return }
            let name = window[..<(colon ?? window.endIndex)].filter { $0 != UInt8(ascii: "*") && $0 != 13 }
            let text = String(decoding: name, as: UTF8.self).lowercased()
            let trimmed = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            if hashes >= 2, TemplateRemnants.headings.contains(trimmed) {
                headings += 1
            } else if colon != nil, TemplateRemnants.roles.contains(trimmed) {
                roles += 1
            }
        }
    }
}
