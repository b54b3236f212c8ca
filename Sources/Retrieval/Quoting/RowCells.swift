/// The cells of a row passage, whose lines read `column: value`.
struct RowCells {
    struct Cell {
        /// The column's name, in lower case.
        var column: String
        /// The whole cell with its column, and its value alone, as offsets of scalars.
        var range: Range<Int>
        var value: Range<Int>
    }

    private(set) var cells = [Cell]()

    /// The first is the column that a run makes.
    static let answerColumns: Set<String> = [
        "enhanced_completion", "answer", "response", "completion", "output", "reply", "chosen", "antwort", "réponse", "respuesta",
        "risposta", "a",
    ]

    /// The cells of a passage; nil when it is none of a row: its first line must be a cell, and every line too, unless there is an answer
    /// column (answers have several lines at times).
    init?(_ scalars: [Unicode.Scalar]) {
        var isEveryLineACell = true
        for line in PassageParts.lines(scalars) where !line.isEmpty {
            if let (column, value) = Self.cell(scalars, line) {
                cells.append(Cell(column: column, range: line, value: value..<line.upperBound))
            } else if let last = cells.indices.last {
                cells[last].range = cells[last].range.lowerBound..<line.upperBound
                cells[last].value = cells[last].value.lowerBound..<line.upperBound
                isEveryLineACell = false
            } else {
                return nil
            }
        }
        guard cells.count > 1 || (cells.count == 1 && answer != nil), isEveryLineACell || answer != nil else { return nil }
    }

    /// The cell that answers, where the row is a question and its answer.
    var answer: Cell? { cells.first { Self.answerColumns.contains($0.column) && !$0.value.isEmpty } }

    private static func cell(_ scalars: [Unicode.Scalar], _ line: Range<Int>) -> (column: String, value: Int)? {
        guard let colon = line.prefix(41).first(where: { scalars[$0] == ":" }), colon > line.lowerBound else { return nil }
        guard scalars[line.lowerBound].isLetterOrNumber || scalars[line.lowerBound] == "_" else { return nil }
        var value = colon + 1
        guard value == line.upperBound || scalars[value].isSpace else { return nil }
        var spaces = 0
        var name = String.UnicodeScalarView()
        for scalar in scalars[line.lowerBound..<colon] {
            if scalar.isSpace { spaces += 1 }
            guard scalar.isLetterOrNumber || scalar.isMark || scalar.isSpace || "_-./()%€$".unicodeScalars.contains(scalar) else {
                return nil
            }
            name.append(scalar)
        }
        while value < line.upperBound, scalars[value].isSpace { value += 1 }
        return spaces <= 3 ? (String(name).lowercased(), value) : nil
    }
}
