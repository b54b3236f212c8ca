/// Everything that can grow while one file is extracted, each with a default.
///
/// The first four are enforced by the kernel or the parent process and end the child; the others are checked by the
/// extractor, which refuses the file with a sentence for its owner.
package struct ExtractionLimits: Sendable, Codable, Equatable {
    /// Address space of the child in bytes (RLIMIT_AS). A debug child that has just started occupies about 0.2 GiB of it.
    package var memoryBytes: Int

    /// Processor time of the child in seconds (RLIMIT_CPU).
    package var cpuSeconds: Int

    /// Time from the start of the child to its end in seconds.
    package var wallSeconds: Int

    /// Size of each file that the child writes, in bytes (RLIMIT_FSIZE).
    package var outputBytes: Int

    /// Length of one line of text, Markdown or JSON Lines in bytes of UTF-8.
    package var lineBytes: Int

    /// Size in bytes of UTF-8 from which a block is continued in a new block at the next line.
    package var blockBytes: Int

    /// Length of one record of a CSV file, or one element of a JSON array, in bytes of UTF-8.
    package var recordBytes: Int

    /// Length of one table cell in Unicode scalars.
    package var cellScalars: Int

    /// Number of columns of a table.
    package var columns: Int

    /// Length of the name of a column in Unicode scalars.
    package var columnNameScalars: Int

    /// Number of rows of a table.
    package var rows: Int

    /// How deep arrays and objects of JSON may be nested.
    package var jsonDepth: Int

    /// Limits with the defaults of the product; name those that differ.
    package init(
        memoryBytes: Int = 1 << 30,
        cpuSeconds: Int = 60,
        wallSeconds: Int = 120,
        outputBytes: Int = 512 << 20,
        lineBytes: Int = 4 << 20,
        blockBytes: Int = 1 << 20,
        recordBytes: Int = 4 << 20,
        cellScalars: Int = 1_000_000,
        columns: Int = 1_000,
        columnNameScalars: Int = 200,
        rows: Int = 5_000_000,
        jsonDepth: Int = 128
    ) {
        self.memoryBytes = memoryBytes
        self.cpuSeconds = cpuSeconds
        self.wallSeconds = wallSeconds
        self.outputBytes = outputBytes
        self.lineBytes = lineBytes
        self.blockBytes = blockBytes
        self.recordBytes = recordBytes
        self.cellScalars = cellScalars
        self.columns = columns
        self.columnNameScalars = columnNameScalars
        self.rows = rows
        self.jsonDepth = jsonDepth
    }

    /// The limits are those of an input of this size; a larger one gets more for what is beyond it.
    static let coveredInputBytes = 64 << 20
    /// Text, rows and blocks of a table are each a little larger than the file; short cells under long column names make them more.
    static let outputBytesPerInputByte = 4
    /// A sixtieth of what was measured in Benchmarks (rows), for slower machines and formats.
    static let inputBytesPerProcessorSecond = 4 << 20
    static let inputBytesPerWallSecond = 2 << 20

    /// The limits for an input of so many bytes: time and output grow with it, memory does not, as nothing holds a whole file.
    package func scaled(toInputBytes bytes: Int) -> ExtractionLimits {
        let more = max(0, bytes - Self.coveredInputBytes)
        var limits = self
        limits.outputBytes += more * Self.outputBytesPerInputByte
        limits.cpuSeconds += more / Self.inputBytesPerProcessorSecond
        limits.wallSeconds += more / Self.inputBytesPerWallSecond
        return limits
    }
}
