import Foundation
import Testing

/// The repository's own files, as the house rules read them.
enum SourceFiles {
    struct File: CustomTestStringConvertible {
        /// Relative to the root.
        let path: String
        let text: String

        var testDescription: String { path }
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        /// The folder below `Sources`, which is the target.
        var target: String { String(path.split(separator: "/")[1]) }

        /// The modules that the file imports.
        var imports: [String] {
            lines.compactMap { line in
                let words = line.split(separator: " ")
                guard let place = words.firstIndex(of: "import"),
                    words[..<place].allSatisfy({ ["package", "@testable", "@preconcurrency"].contains($0) })
                else { return nil }
                return words.last.map(String.init)
            }
        }

        /// The lines without comments, with their numbers.
        var code: [(number: Int, line: String)] {
            lines.enumerated().map { ($0.offset + 1, String($0.element)) }.filter {
                !$0.1.trimmingCharacters(in: .whitespaces).hasPrefix("//")
            }
        }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func swift(below folder: String) -> [File] {
        let base = root.appending(path: folder)
        let found = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)?.allObjects ?? []
        return found.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.sorted { $0.path < $1.path }.compactMap { url in
            guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
            return File(path: String(url.path.dropFirst(root.path.count + 1)), text: text)
        }
    }

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }
}
