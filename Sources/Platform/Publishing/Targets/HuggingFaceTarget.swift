import Foundation

/// Publishes to a dataset repository of Hugging Face by the HTTP API that its own client speaks (huggingface_hub 2.4, without Xet):
/// create the repository, ask how each file goes in, upload large ones as LFS objects, then one commit.
struct HuggingFaceTarget: Sendable {
    /// Bytes of a file that the site is shown before it decides how the file goes in.
    static let sampleSize = 512
    /// A file that goes into the commit itself is held in memory; the site asks for that with small ones alone.
    static let mostRegularBytes: Int64 = 20 * 1024 * 1024
    static let uploadTimeLimit = Duration.seconds(60 * 60)
    private static let lfsType = "application/vnd.git-lfs+json"

    let client: WebClient
    let site: WebAddress
    let token: String

    func publish(_ subject: PublishSubject, _ spec: HuggingFaceSpec) async throws -> PublishOutcome {
        let (repository, isNew) = try await createRepository(spec)
        let placed = subject.files.map { Placed(path: Self.path(of: $0, among: subject.files.count, spec), file: $0) }
        let modes = try await uploadModes(of: placed, repository, spec)
        var lines = [Self.line("header", ["summary": .string("Publish \(subject.name)"), "description": .string("")])]
        if isNew { lines.append(Self.line(content: DatasetCard.text(subject, placed.map(\.path)), at: "README.md")) }
        for item in placed {
            // An empty file cannot be an LFS object.
            if modes[item.path] == "lfs", item.file.size > 0 {
                try await uploadObject(item.file, repository, spec)
                lines.append(
                    Self.line(
                        "lfsFile",
                        [
                            "path": .string(item.path), "algo": .string("sha256"), "oid": .string(item.file.sha256),
                            "size": .integer(item.file.size),
                        ]))
            } else {
                guard item.file.size <= Self.mostRegularBytes else {
                    throw PublishFailure(
                        "Hugging Face wants \(item.path) inside the commit, for which its \(item.file.size) bytes are too many.",
                        isWorthRetrying: false)
                }
                lines.append(Self.line(content: try await item.file.beginning(Int(item.file.size)), at: item.path))
            }
        }
        let page = try await commit(lines, repository, spec)
        let address = site.at(path: ["datasets"] + repository.split(separator: "/").map(String.init)).text
        return PublishOutcome(url: address, message: "Published \(subject.rowCount) rows to \(address)\(page.map { " (\($0))" } ?? "").")
    }

    private struct Placed: Sendable { let path: String; let file: PublishFile }

    private static func path(of file: PublishFile, among count: Int, _ spec: HuggingFaceSpec) -> String {
        guard let path = spec.path else { return "data/\(file.name)" }
        return count == 1 && TableFormat(filename: path) != nil ? path : "\(path)/\(file.name)"
    }

    // MARK: Steps

    /// Makes the repository, or finds it made.
    private func createRepository(_ spec: HuggingFaceSpec) async throws -> (repository: String, isNew: Bool) {
        let step = "Creating the repository"
        let body: [String: JSONValue] = [
            "name": .string(spec.name), "organization": spec.owner.map(JSONValue.string) ?? .null,
            "visibility": .string(spec.isPrivate ? "private" : "public"), "type": .string("dataset"),
        ]
        let answer = try await client.perform(
            request(.post, ["api", "repos", "create"], body), step, accepting: spec.owner == nil ? [409] : [401, 402, 403, 409])
        if [401, 402, 403].contains(answer.status), let owner = spec.owner {
            // A token that may not create repositories may still write to one that is there.
            let there = try await client.send(request(.get, ["api", "datasets", owner, spec.name]))
            guard there.head.isSuccess else { throw PublishFailure(answer.failure(site.origin + "/api/repos/create"), at: step) }
            return ("\(owner)/\(spec.name)", false)
        }
        if let owner = spec.owner { return ("\(owner)/\(spec.name)", answer.status != 409) }
        // Only the site knows whose token it is: the repository's URL says it.
        let url = try answer.object(step)["url"]?.string
        guard let url, let address = try? WebAddress(url), let page = HuggingFacePage(address, below: site) else {
            throw PublishFailure("\(step): Hugging Face did not say what the repository's address is.", isWorthRetrying: false)
        }
        return (page.repository, answer.status != 409)
    }

    private func uploadModes(of files: [Placed], _ repository: String, _ spec: HuggingFaceSpec) async throws -> [String: String] {
        let step = "Preparing the upload"
        var described: [JSONValue] = []
        for item in files {
            let sample = try await item.file.beginning(Self.sampleSize).base64EncodedString()
            described.append(.object(["path": .string(item.path), "sample": .string(sample), "size": .integer(item.file.size)]))
        }
        let path = ["api", "datasets"] + repository.split(separator: "/").map(String.init) + ["preupload", spec.revision]
        let answer = try await client.perform(request(.post, path, ["files": .array(described)]), step).object(step)
        guard case .array(let files)? = answer["files"] else {
            throw PublishFailure("\(step): Hugging Face did not say how the files go in.", isWorthRetrying: false)
        }
        var modes: [String: String] = [:]
        for case .object(let file) in files {
            if let path = file["path"]?.string { modes[path] = file["uploadMode"]?.string }
        }
        return modes
    }

    /// Uploads one LFS object, unless the site has it already.
    private func uploadObject(_ file: PublishFile, _ repository: String, _ spec: HuggingFaceSpec) async throws {
        let step = "Uploading \(file.name)"
        let body: [String: JSONValue] = [
            "operation": .string("upload"), "transfers": .array([.string("basic"), .string("multipart")]),
            "objects": .array([.object(["oid": .string(file.sha256), "size": .integer(file.size)])]), "hash_algo": .string("sha256"),
            "ref": .object(["name": .string(spec.revision)]),
        ]
        var parts = repository.split(separator: "/").map(String.init)
        parts[parts.count - 1] += ".git"
        let answer = try await client.perform(
            request(.post, ["datasets"] + parts + ["info", "lfs", "objects", "batch"], body, type: Self.lfsType), step
        ).object(step)
        let batch = try LFSBatch(answer, step)
        if let upload = batch.upload { try await send(file, by: upload, step) }
        if let verify = batch.verify {
            var request = request(.post, [], ["oid": .string(file.sha256), "size": .integer(file.size)])
            request.address = verify
            // The token goes to the site alone, wherever it says the object is to be verified.
            if verify.origin != site.origin { request.headers.removeAll { $0.name == "Authorization" } }
            _ = try await client.perform(request, step)
        }
    }

    private func send(_ file: PublishFile, by upload: LFSBatch.Upload, _ step: String) async throws {
        switch upload {
        case .single(let address):
            _ = try await client.perform(Self.put(file, 0..<file.size, address), step)
        case .parts(let size, let addresses, let completion):
            guard Int64(addresses.count) == (file.size + size - 1) / size else {
                throw PublishFailure("\(step): Hugging Face asked for another number of parts than there are.", isWorthRetrying: false)
            }
            var sent: [JSONValue] = []
            for (index, address) in addresses.enumerated() {
                let start = Int64(index) * size
                let answer = try await client.perform(Self.put(file, start..<min(start + size, file.size), address), step)
                guard let tag = answer.head.headers["etag"], !tag.isEmpty else {
                    throw PublishFailure("\(step): part \(index + 1) was answered without an ETag.", isWorthRetrying: false)
                }
                sent.append(.object(["partNumber": .integer(Int64(index + 1)), "etag": .string(tag)]))
            }
            var request = request(.post, [], ["oid": .string(file.sha256), "parts": .array(sent)], type: Self.lfsType)
            request.address = completion
            request.headers.removeAll { $0.name == "Authorization" }
            _ = try await client.perform(request, step)
        }
    }

    /// Returns the commit's page.
    private func commit(_ lines: [JSONValue], _ repository: String, _ spec: HuggingFaceSpec) async throws -> String? {
        let step = "Committing"
        var body = Data()
        for line in lines {
            body += try JSONText.bytes(line)
            body.append(UInt8(ascii: "\n"))
        }
        let path = ["api", "datasets"] + repository.split(separator: "/").map(String.init) + ["commit", spec.revision]
        var request = request(.post, path, type: "application/x-ndjson")
        request.body = .bytes(body)
        request.timeLimit = .seconds(300)
        return try await client.perform(request, step).object(step)["commitUrl"]?.string
    }

    // MARK: Requests

    private func request(
        _ method: WebRequest.Method, _ path: [String], _ body: [String: JSONValue]? = nil, type: String = "application/json"
    ) -> WebRequest {
        var request = WebRequest(method, site.at(path: path), headers: [("Authorization", "Bearer \(token)")])
        if method == .post { request.headers.append(("Content-Type", type)) }
        if type == Self.lfsType { request.headers.append(("Accept", type)) }
        if let body, let bytes = try? JSONText.bytes(JSONValue.object(body)) { request.body = .bytes(bytes) }
        return request
    }

    private static func put(_ file: PublishFile, _ range: Range<Int64>, _ address: WebAddress) -> WebRequest {
        WebRequest(.put, address, body: .file(file.file, range: range), timeLimit: uploadTimeLimit)
    }

    private static func line(_ key: String, _ value: [String: JSONValue]) -> JSONValue {
        .object(["key": .string(key), "value": .object(value)])
    }

    private static func line(content: Data, at path: String) -> JSONValue {
        line("file", ["content": .string(content.base64EncodedString()), "path": .string(path), "encoding": .string("base64")])
    }
}

/// What a new repository says of itself.
enum DatasetCard {
    static func text(_ subject: PublishSubject, _ paths: [String]) -> Data {
        let name = subject.name.replacing("\n", with: " ")
        let quoted = (try? JSONText.encode(name)) ?? "\"\""
        var lines = ["---", "pretty_name: \(quoted)", "configs:", "- config_name: default", "  data_files:"]
        for path in paths { lines.append("  - \((try? JSONText.encode(path)) ?? path)") }
        lines += ["---", "", "# \(name)", "", "\(subject.rowCount) rows, published by Quarry.", ""]
        return Data(lines.joined(separator: "\n").utf8)
    }
}
