import Hummingbird
import Platform

/// `/v1/datasets/{dataset_id}/publications`: what became of publishing a dataset's results.
struct PublicationRoutes: Sendable {
    let publications: PublicationService

    var routes: [Route] { [.get("/v1/datasets/{dataset_id}/publications", .scope(.datasetsRead), list)] }

    @Sendable private func list(_ request: Request, _ context: QuarryRequestContext, _ call: Call) async throws -> Reply {
        let dataset = DatasetID(try context.pathValue("dataset_id"))
        return try .json(
            .ok, PageBody(await publications.page(Query(request).page(), of: dataset, for: context.caller()), PublicationBody.init))
    }
}

private struct PublicationBody: Encodable, Sendable {
    let id: String
    let target: String
    let status: String
    @Nullable var message: String?
    @Nullable var url: String?
    let createdAt: String
    @Nullable var finishedAt: String?

    init(_ publication: Publication) {
        id = publication.id.text
        target = publication.target
        status = publication.state.rawValue
        message = publication.message
        url = publication.url
        createdAt = publication.createdAt.secondsText
        finishedAt = publication.finishedAt?.secondsText
    }
}
