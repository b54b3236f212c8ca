package import Platform

// The dataset platform's way of getting a table in, as its SDK goes it.

extension TestAPI {
    /// PUTs bytes to an absolute URL of the server under test, with nothing in hand but the URL.
    @discardableResult
    package func put(_ url: String, _ text: String, headers: [String: String] = [:]) async throws -> TestAnswer {
        let target = "/" + url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true).dropFirst(2).joined(separator: "/")
        return try await with(key: nil).send(TestRequest("PUT", target, headers: headers, body: .init(text.utf8)))
    }

    /// Opens an upload for a new dataset.
    package func openUpload(_ name: String) async throws -> (dataset: String, url: String, key: String) {
        let opened = try await post("/api/v1/datasets", ["source": ["name": .string(name)]])
        let place = opened["upload_instructions"]
        return (opened["dataset_id"].text, place["url"].text, place["s3_key"].text)
    }

    /// A dataset of this text, uploaded and completed; its rows come once jobs run.
    package func platformDataset(_ name: String, _ text: String) async throws -> String {
        let (dataset, url, _) = try await openUpload(name)
        try await put(url, text)
        try await post("/api/v1/datasets/\(dataset)/upload/complete", ["file_size_bytes": .integer(Int64(text.utf8.count))])
        return dataset
    }
}
