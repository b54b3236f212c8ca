/// What an import will fetch: made from the request alone, before anything is fetched, so that a wrong request is refused at once.
package struct ImportPlan: Sendable, Equatable {
    /// Files of one import at most.
    package static let mostFiles = 100
    /// Characters of one file's path at most.
    package static let longestPath = 1_024

    package let files: [ImportFile]
    /// Whose credentials are used, where the organization has any; nil for a plain URL.
    package let integration: IntegrationName?

    /// Reads the `url` and `files` of an import (contract B §3.6).
    ///
    /// - Parameters:
    ///   - files: paths inside the dataset; required for Hugging Face and Kaggle unless the URL itself names a file.
    ///   - location: where the two fields are in the request, such as `["body", "source"]`.
    /// - Throws: `PlatformError.invalid` with everything that is wrong.
    package init(url: String, files: [String]?, sites: RemoteSites, at location: [String]) throws {
        let address: WebAddress
        do {
            address = try WebAddress(url)
        } catch {
            throw PlatformError.invalid(location + ["url"], "url \(error).")
        }
        let files = files.flatMap { $0.isEmpty ? nil : $0 }
        let (isHuggingFace, isKaggle) = (sites.isHuggingFace(address), sites.isKaggle(address))
        if isHuggingFace, let page = HuggingFacePage(address, below: sites.huggingFace) {
            integration = .huggingFace
            let paths = try Self.paths(files ?? page.path.map { [$0] }, "Hugging Face", location)
            self.files = paths.map { path, format in
                ImportFile(path: path, format: format, fetch: .get(page.download(path, from: sites.huggingFace)))
            }
        } else if isKaggle, let page = KagglePage(address, below: sites.kaggle) {
            integration = .kaggle
            let paths = try Self.paths(files, "Kaggle", location)
            self.files = paths.map { path, format in ImportFile(path: path, format: format, fetch: .kaggle(page)) }
        } else {
            integration = nil
            let site = isHuggingFace ? "Hugging Face" : isKaggle ? "Kaggle" : nil
            self.files = [try Self.single(address, files, site, location)]
        }
    }

    /// The one file that a URL names by itself.
    private static func single(_ address: WebAddress, _ files: [String]?, _ site: String?, _ location: [String]) throws -> ImportFile {
        let name = address.segments.last ?? ""
        if files == nil, let format = TableFormat(filename: name) { return ImportFile(path: name, format: format, fetch: .get(address)) }
        if let site {
            throw PlatformError.invalid(location + ["url"], "url must be a \(site) dataset page, such as …/datasets/owner/name.")
        }
        if files != nil {
            throw PlatformError.invalid(
                location + ["files"],
                "files goes with a dataset page of Hugging Face or Kaggle; this url is the file itself: leave files out.")
        }
        throw PlatformError.invalid(
            location + ["url"],
            "url must be a dataset page of Hugging Face or Kaggle, or the URL of one file that ends in "
                + TableFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ") + ".")
    }

    /// The paths with their formats, each checked.
    private static func paths(_ given: [String]?, _ site: String, _ location: [String]) throws -> [(String, TableFormat)] {
        let place = location + ["files"]
        guard let given else {
            throw PlatformError.invalid(
                place, "files is required for \(site): the paths of the files inside the dataset, such as [\"data/train.csv\"].",
                kind: .missing)
        }
        guard given.count <= mostFiles else {
            throw PlatformError.invalid(place, "files must have at most \(mostFiles) entries.", kind: .length)
        }
        var issues: [FieldIssue] = []
        var seen: Set<String> = []
        var paths: [(String, TableFormat)] = []
        for (index, path) in given.enumerated() {
            func note(_ message: String) {
                issues.append(FieldIssue(location: place + ["\(index)"], message: "files entry \(index) \(message)", kind: .value))
            }
            if let fault = fault(of: path) {
                note(fault)
            } else if !seen.insert(path).inserted {
                note("is there twice.")
            } else if let format = TableFormat(filename: path) {
                paths.append((path, format))
            } else {
                note("must end in one of \(TableFormat.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")).")
            }
        }
        if !issues.isEmpty { throw PlatformError.invalid(issues) }
        return paths
    }

    /// What keeps a text from being a path inside a dataset. It is taken literally: `%2F` is three characters of a name.
    private static func fault(of path: String) -> String? {
        if path.isEmpty || path.unicodeScalars.count > longestPath { return "must have 1 to \(longestPath) characters." }
        if path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F || $0 == "\\" }) {
            return "must not contain control characters or backslashes."
        }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        if segments.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
            return "must be a relative path without empty, . or .. parts."
        }
        return nil
    }
}

/// One file of an import.
package struct ImportFile: Sendable, Equatable {
    /// How it is fetched.
    enum Fetch: Sendable, Equatable {
        case get(WebAddress)
        case kaggle(KagglePage)
    }

    /// Inside its dataset; the bare name for a plain URL.
    package let path: String
    package let format: TableFormat
    let fetch: Fetch

    /// The last part of the path, by which the file goes here.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}
