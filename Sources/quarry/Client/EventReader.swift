/// Puts server-sent events together from bytes that may be cut anywhere.
struct EventReader {
    private var line: [UInt8] = []
    private var data: [String] = []
    private var endedWithReturn = false

    /// Takes the next bytes and returns the data of each event that they complete.
    mutating func read(_ bytes: some Sequence<UInt8>) -> [String] {
        var events: [String] = []
        for byte in bytes {
            defer { endedWithReturn = byte == 0x0D }
            if byte == 0x0A, endedWithReturn { continue }
            guard byte == 0x0A || byte == 0x0D else {
                line.append(byte)
                continue
            }
            let text = String(decoding: line, as: UTF8.self)
            line = []
            if text.isEmpty {
                if !data.isEmpty { events.append(data.joined(separator: "\n")) }
                data = []
            } else if text.hasPrefix("data:") {
                data.append(String(text.dropFirst(5).drop { $0 == " " }))
            }
        }
        return events
    }
}
