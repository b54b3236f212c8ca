import Foundation

/// Fetches the files of an import.
package struct Importer: Sendable {
    /// The longest time that one file may take.
    package static let timeLimit = Duration.seconds(2 * 60 * 60)

    private let client: WebClient
    private let sites: RemoteSites
    private let integrations: IntegrationService

    package init(client: WebClient, sites: RemoteSites, integrations: IntegrationService) {
        self.client = client
        self.sites = sites
        self.integrations = integrations
    }

    /// Fetches one file with the organization's credentials for its site, if it has any.
    ///
    /// - Parameters:
    ///   - limit: bytes at most.
    ///   - sink: takes the bytes as they come.
    /// - Returns: how many bytes came.
    /// - Throws: `WebFailure`, whose sentence is for the dataset's owner; `PlatformError.conflict` for credentials that cannot be read;
    ///   whatever `sink` throws.
    package func fetch(
        _ file: ImportFile, of plan: ImportPlan, for organization: OrganizationID, limit: Int64,
        into sink: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Int64 {
        var credentials: IntegrationCredentials?
        if let name = plan.integration { credentials = try await integrations.credentials(name, of: organization) }
        var request = try request(for: file, credentials)
        request.followsRedirects = true
        request.timeLimit = Self.timeLimit
        let (asked, format) = (request.shown, file.format)
        do {
            return try await client.fetch(request, limit: limit, check: { try Self.check($0, format, asked) }, into: sink)
        } catch let failure as WebFailure {
            throw Self.explained(failure, plan.integration, hasCredentials: credentials != nil)
        }
    }

    private func request(for file: ImportFile, _ credentials: IntegrationCredentials?) throws -> WebRequest {
        switch file.fetch {
        case .get(let address):
            var headers: [(name: String, value: String)] = []
            if case .huggingFace(let token) = credentials { headers.append(("Authorization", "Bearer \(token)")) }
            return WebRequest(.get, address, headers: headers)
        case .kaggle(let page):
            var authorization: String?
            if case .kaggle(let username, let key) = credentials { authorization = BasicAuthorization.header(username, key) }
            return try page.download(file.path, from: sites.kaggleAPI, authorization: authorization)
        }
    }

    /// A web page, or an archive, where a table should be is told for what it is, rather than as a table that cannot be read.
    private static func check(_ head: WebAnswerHead, _ format: TableFormat, _ asked: String) throws {
        let type = (head.headers["content-type"] ?? "").split(separator: ";").first.map {
            $0.trimmingCharacters(in: .whitespaces).lowercased()
        }
        guard let type, ["text/html", "application/xhtml+xml", "application/zip"].contains(type) else { return }
        throw WebFailure(
            .malformed, "\(asked) answered \(type == "application/zip" ? "a zip archive" : "a web page") (\(type)), not \(format.rawValue)",
            isWorthRetrying: false)
    }

    private static func explained(_ failure: WebFailure, _ site: IntegrationName?, hasCredentials: Bool) -> WebFailure {
        guard let site, [.status(401), .status(403), .status(404)].contains(failure.kind) else { return failure }
        let hint =
            hasCredentials
            ? "are the credentials set with PUT /v1/integrations/\(site.rawValue) still good, and may they read it?"
            : "if it is private, set credentials with PUT /v1/integrations/\(site.rawValue)"
        return WebFailure(failure.kind, "\(failure.description) (\(hint))", isWorthRetrying: failure.isWorthRetrying)
    }
}
