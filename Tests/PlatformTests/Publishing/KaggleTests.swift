import Foundation
import TestSupport
import Testing

@testable import Platform

/// The requests are those that Kaggle's own client (kaggle 2.2.5) sent to a recording server for the same file.
@Suite(.timeLimit(.minutes(5))) struct KaggleTests {
    private let publishing = Publishing()
    private let credentials = IntegrationCredentials.kaggle(username: "ada", key: "k-secret")

    private func publish(
        exists: Bool, _ fields: [String: JSONValue] = ["repository": .string("refunds-table")],
        faults: [String: ScriptedSite.Answer] = [:]
    ) async throws -> (outcome: PublishOutcome, requests: [ScriptedSite.Request]) {
        try await ScriptedSite.run { request, site in
            for (part, answer) in faults where request.path.hasSuffix(part) { return answer }
            switch request.path.split(separator: "/").last {
            case "GetDatasetStatus": return exists ? .json(["status": "ready"]) : .json(["code": 404, "message": "unknown"], status: 404)
            case "StartBlobUpload": return .json(["token": "tok-1", "createUrl": .string("\(site.base)/blob-store/1")])
            case "CreateDataset", "CreateDatasetVersion": return .json(["status": "ok", "error": ""])
            default: return .status(200)
            }
        } _: { site in
            let outcome = try await publishing.publisher(site).publish(
                publishing.subject(), by: publishing.spec(.kaggle, fields), credentials: credentials)
            return (outcome, site.requests)
        }
    }

    @Test func aNewDatasetIsMadeAsTheOfficialClientMakesIt() async throws {
        let (outcome, requests) = try await publish(
            exists: false, ["repository": .string("refunds-table"), "title": .string("refunds table")])
        #expect(
            requests.map { "\($0.method) \($0.path)" } == [
                "POST /api/v1/datasets.DatasetApiService/GetDatasetStatus", "POST /api/v1/blobs.BlobApiService/StartBlobUpload",
                "PUT /blob-store/1", "POST /api/v1/datasets.DatasetApiService/CreateDataset",
            ])
        let basic = "Basic YWRhOmstc2VjcmV0"
        #expect(requests.map { $0.headers["authorization"] } == [basic, basic, nil, basic])
        #expect(requests[0].json == ["ownerSlug": "ada", "datasetSlug": "refunds-table"])
        #expect(requests[1].json.without("lastModifiedEpochSeconds") == ["type": "DATASET", "name": "rows.csv", "contentLength": 28])
        #expect(requests[2].text == Publishing.rows)
        #expect(
            requests[3].json == [
                "ownerSlug": "ada", "slug": "refunds-table", "title": "refunds table", "licenseName": "unknown", "isPrivate": true,
                "files": [["token": "tok-1"]],
            ])
        #expect(outcome.url?.hasSuffix("/datasets/ada/refunds-table") == true)
    }

    @Test func aDatasetThatIsThereGetsAVersion() async throws {
        let requests = try await publish(exists: true, ["dataset": .string("team/refunds-table"), "version_notes": .string("second")])
            .requests
        #expect(requests.last?.path == "/api/v1/datasets.DatasetApiService/CreateDatasetVersion")
        #expect(
            requests.last?.json == [
                "ownerSlug": "team", "datasetSlug": "refunds-table", "body": ["versionNotes": "second", "files": [["token": "tok-1"]]],
            ])
    }

    @Test(arguments: [401, 429, 500]) func aRefusalIsTold(_ status: Int) async throws {
        let failure = try await publishing.failure {
            _ = try await publish(exists: false, faults: ["StartBlobUpload": .json(["message": "No."], status: status)])
        }
        #expect(failure.description.contains("answered \(status): No"))
        #expect(failure.isWorthRetrying == (status != 401))
        #expect(!failure.description.contains("k-secret"))
    }

    @Test func aRefusalInsideASuccessIsTold() async throws {
        let failure = try await publishing.failure {
            _ = try await publish(exists: false, faults: ["CreateDataset": .json(["status": "error", "error": "The title is taken"])])
        }
        #expect(failure.description.contains("The title is taken"))
        let coded = try await publishing.failure {
            _ = try await publish(exists: false, faults: ["CreateDataset": .json(["code": 403, "message": "Verify your phone"])])
        }
        #expect(coded.description.contains("Verify your phone"))
    }
}
