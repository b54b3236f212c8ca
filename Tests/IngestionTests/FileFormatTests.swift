import Testing

@testable import Ingestion

@Suite struct FileFormatTests {
    @Test(
        arguments: [
            ("a.txt", nil, FileFormat.text), ("A.TEXT", nil, .text), ("read.me.md", nil, .markdown), ("a.markdown", nil, .markdown),
            ("a.csv", nil, .csv), ("a.tsv", nil, .csv), ("a.jsonl", nil, .jsonl), ("a.ndjson", nil, .jsonl), ("a.JSON", nil, .json),
            ("a.Parquet", nil, .parquet),
            ("a.md", "application/json", .markdown), ("notes", "Text/Plain; charset=utf-8", .text), ("x.bin", "text/csv", .csv),
            ("csv", "application/x-ndjson", .jsonl), ("x", "application/json", .json),
        ] as [(String, String?, FileFormat)])
    func extensionDecidesAndThenTheMediaType(name: String, contentType: String?, format: FileFormat) {
        #expect(FileFormat.detect(filename: name, contentType: contentType) == format)
    }

    @Test func otherFilesAreNotSupported() {
        #expect(FileFormat.detect(filename: "a.pdf", contentType: "application/pdf") == nil)
        #expect(FileFormat.detect(filename: "csv", contentType: nil) == nil)
        #expect(FileFormat.detect(filename: "", contentType: "") == nil)
    }

    @Test func everyAcceptedExtensionIsDetected() {
        for name in FileFormat.acceptedExtensions { #expect(FileFormat.detect(filename: "x" + name, contentType: nil) != nil) }
        for format in FileFormat.allCases {
            #expect(FileFormat.detect(filename: "x", contentType: format.contentType) == format)
            #expect(FileFormat.acceptedExtensions.contains("." + format.rawValue))
        }
    }
}
