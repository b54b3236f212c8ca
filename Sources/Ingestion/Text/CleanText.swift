/// The rules that hold for every text: LF at line ends, and no control characters but tab and LF.
enum CleanText {
    /// Appends `start..<end`, which is valid UTF-8, with CRLF and CR turned into LF and other control characters left out.
    static func append(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, to output: inout [UInt8]) {
        var place = start
        while place < end {
            let control = ByteScan.controlCharacter(bytes, place, end)
            output.append(bytes, place, control)
            guard control < end else { return }
            place = control + 1
            if bytes[control] == UTF8Bytes.carriageReturn {
                output.append(UTF8Bytes.lineFeed)
                if place < end, bytes[place] == UTF8Bytes.lineFeed { place += 1 }
            }
        }
    }
}
