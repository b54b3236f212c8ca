import Foundation

/// Publishes to a Kaggle dataset by the API that Kaggle's own open-source client speaks (kaggle 2.2, kagglesdk 0.1.38): each file goes to
/// an address that Kaggle hands out, then one call makes the dataset, or a new version of it, from the tokens.
struct KaggleTarget: Sendable {
    static let uploadTimeLimit = Duration.seconds(60 * 60)

    let client: WebClient
    let sites: RemoteSites
    let username: String
    let key: String
    let clock: any Clock

    func publish(_ subject: PublishSubject, _ spec: KaggleSpec) async throws -> PublishOutcome {
        let owner = spec.owner ?? username
        let exists = try await datasetExists(owner, spec.slug)
        var files: [JSONValue] = []
        for file in subject.files { files.append(.object(["token": .string(try await upload(file))])) }
        let answer: [String: JSONValue]
        let step = exists ? "Adding a version" : "Creating the dataset"
        if exists {
            answer = try await call(
                "datasets.DatasetApiService", "CreateDatasetVersion",
                [
                    "ownerSlug": .string(owner), "datasetSlug": .string(spec.slug),
                    "body": .object(["versionNotes": .string(spec.versionNotes ?? "Published by Quarry"), "files": .array(files)]),
                ], step)
        } else {
            answer = try await call(
                "datasets.DatasetApiService", "CreateDataset",
                [
                    "ownerSlug": .string(owner), "slug": .string(spec.slug), "title": .string(spec.title ?? Self.title(subject, spec)),
                    "licenseName": .string(spec.license), "isPrivate": .bool(spec.isPrivate), "files": .array(files),
                ], step)
        }
        // Refusals of the content come as a 200 with another status in it.
        if let status = answer["status"]?.string, status.lowercased() != "ok" {
            let reason = answer["error"]?.string ?? status
            throw PublishFailure("\(step): Kaggle answered: \(reason.prefix(200)).", isWorthRetrying: false)
        }
        let url = sites.kaggle.at(path: ["datasets", owner, spec.slug]).text
        return PublishOutcome(url: url, message: "Published \(subject.rowCount) rows to \(url); Kaggle may take some minutes to show them.")
    }

    /// A title has to have 6 to 50 characters, which a dataset's name here need not.
    private static func title(_ subject: PublishSubject, _ spec: KaggleSpec) -> String {
        let name = String(subject.name.prefix(KaggleSpec.lengths.upperBound))
        return name.count < KaggleSpec.lengths.lowerBound ? spec.slug : name
    }

    private func datasetExists(_ owner: String, _ slug: String) async throws -> Bool {
        let step = "Looking for the dataset"
        let request = try request(
            "datasets.DatasetApiService", "GetDatasetStatus", ["ownerSlug": .string(owner), "datasetSlug": .string(slug)])
        let answer = try await client.perform(request, step, accepting: [403, 404])
        // An unknown dataset, and one that is somebody else's, are both refused; which it is shows when it is to be made.
        return answer.head.isSuccess
    }

    private func upload(_ file: PublishFile) async throws -> String {
        let step = "Uploading \(file.name)"
        let answer = try await call(
            "blobs.BlobApiService", "StartBlobUpload",
            [
                "type": .string("DATASET"), "name": .string(file.name), "contentLength": .integer(file.size),
                "lastModifiedEpochSeconds": .integer(clock.now.milliseconds / 1000),
            ], step)
        guard let token = answer["token"]?.string, let target = answer["createUrl"]?.string, let address = try? WebAddress(target) else {
            throw PublishFailure("\(step): Kaggle did not say where the file goes.", isWorthRetrying: false)
        }
        _ = try await client.perform(
            WebRequest(.put, address, body: .file(file.file, range: 0..<file.size), timeLimit: Self.uploadTimeLimit), step)
        return token
    }

    private func call(
        _ service: String, _ method: String, _ body: [String: JSONValue], _ step: String
    ) async throws -> [String: JSONValue] {
        let answer = try await client.perform(request(service, method, body), step)
        let object = try answer.object(step)
        // Errors may also come as a 200 whose body says the code.
        if case .integer(let code)? = object["code"], code >= 400 {
            throw PublishFailure(
                "\(step): Kaggle answered \(code): \(object["message"]?.string?.prefix(200) ?? "no reason given").",
                isWorthRetrying: code >= 500)
        }
        return object
    }

    private func request(_ service: String, _ method: String, _ body: [String: JSONValue]) throws -> WebRequest {
        WebRequest(
            .post, sites.kaggleAPI.at(path: [service, method]),
            headers: [("Authorization", BasicAuthorization.header(username, key)), ("Content-Type", "application/json")],
            body: .bytes(try JSONText.bytes(JSONValue.object(body))))
    }
}
