import Foundation
import Storage

/// Publishes to a bucket of AWS S3 or of a store that speaks like it: one PUT for a small file, a multipart upload for a large one.
struct S3Target: Sendable {
    /// Files above this many bytes go up in parts of at least as many.
    static let partSize: Int64 = 64 * 1024 * 1024
    /// S3's own limit.
    static let mostParts: Int64 = 10_000
    static let uploadTimeLimit = Duration.seconds(60 * 60)

    private let client: WebClient
    private let credentials: S3Credentials
    private let clock: any Clock
    private let signer: SigV4
    private let partSize: Int64

    init(client: WebClient, credentials: S3Credentials, clock: any Clock, partSize: Int64 = S3Target.partSize) {
        self.client = client
        self.credentials = credentials
        self.clock = clock
        self.partSize = partSize
        signer = SigV4(accessKeyID: credentials.accessKeyID, secretAccessKey: credentials.secretAccessKey, region: credentials.region)
    }

    func publish(_ subject: PublishSubject, _ spec: S3Spec) async throws -> PublishOutcome {
        guard let bucket = spec.bucket ?? credentials.bucket else {
            throw PublishFailure(
                "No bucket is named: name it in target_spec.bucket, or with PUT /v1/integrations/s3.", isWorthRetrying: false)
        }
        let root = try Self.address(of: bucket, credentials)
        var keys: [String] = []
        for file in subject.files {
            let key = Self.key(of: file, among: subject.files.count, spec, subject)
            let address = root.at(path: key.split(separator: "/").map(String.init))
            if file.size <= partSize {
                try await put(file, to: address)
            } else {
                try await putParts(of: file, to: address)
            }
            keys.append(key)
        }
        let place = "s3://\(bucket)/\(keys.count == 1 ? keys[0] : (spec.path ?? subject.slug) + "/")"
        return PublishOutcome(url: place, message: "Published \(subject.rowCount) rows to \(place).")
    }

    private static func key(of file: PublishFile, among count: Int, _ spec: S3Spec, _ subject: PublishSubject) -> String {
        guard let path = spec.path else { return "\(subject.slug)/\(file.name)" }
        return count == 1 && TableFormat(filename: path) != nil ? path : "\(path)/\(file.name)"
    }

    /// Where the bucket's objects are. A bucket with a dot cannot be a part of the host: no certificate is made for such a name.
    static func address(of bucket: String, _ credentials: S3Credentials) throws -> WebAddress {
        let endpoint: WebAddress
        do {
            endpoint = try WebAddress(credentials.endpoint ?? "https://s3.\(credentials.region).amazonaws.com")
        } catch {
            throw PublishFailure("The endpoint of the S3 credentials \(error).", isWorthRetrying: false)
        }
        let isPathStyle = credentials.pathStyle ?? (credentials.endpoint != nil || bucket.contains("."))
        return isPathStyle ? endpoint.at(path: [bucket]) : endpoint.on(host: "\(bucket).\(endpoint.host)")
    }

    // MARK: Requests

    private func put(_ file: PublishFile, to address: WebAddress) async throws {
        let type = TableFormat(filename: file.name)?.contentType ?? "application/octet-stream"
        _ = try await client.perform(
            request(.put, address, headers: [("Content-Type", type)], .file(file.file, range: 0..<file.size), digest: file.sha256),
            "Uploading \(file.name)")
    }

    private func putParts(of file: PublishFile, to address: WebAddress) async throws {
        let step = "Uploading \(file.name)"
        let type = TableFormat(filename: file.name)?.contentType ?? "application/octet-stream"
        let begun = try await client.perform(
            request(.post, address.with(query: [("uploads", "")]), headers: [("Content-Type", type)], .none, digest: SigV4.emptyDigest),
            step)
        guard let upload = Self.element("UploadId", in: begun.body) else {
            throw PublishFailure("\(step): the store began no multipart upload.", isWorthRetrying: false)
        }
        do {
            try await complete(upload, try await sendParts(of: file, upload, to: address, step), at: address, step)
        } catch {
            // What was sent so far would be charged for until somebody removes it. If this fails too, the bucket's lifecycle rule has to.
            _ = try? await client.send(
                request(.delete, address.with(query: [("uploadId", upload)]), .none, digest: SigV4.emptyDigest))
            throw error
        }
    }

    private func sendParts(of file: PublishFile, _ upload: String, to address: WebAddress, _ step: String) async throws -> [String] {
        let size = max(partSize, (file.size + Self.mostParts - 1) / Self.mostParts)
        var tags: [String] = []
        for start in stride(from: 0, to: file.size, by: Int64.Stride(size)) {
            let range = start..<min(start + size, file.size)
            let query = [("partNumber", "\(tags.count + 1)"), ("uploadId", upload)]
            let answer = try await client.perform(
                request(.put, address.with(query: query), .file(file.file, range: range), digest: try await file.digest(of: range)), step)
            guard let tag = answer.head.headers["etag"] else {
                throw PublishFailure("\(step): part \(tags.count + 1) was answered without an ETag.", isWorthRetrying: false)
            }
            tags.append(tag)
        }
        return tags
    }

    private func complete(_ upload: String, _ tags: [String], at address: WebAddress, _ step: String) async throws {
        let parts = tags.enumerated().map { index, tag in
            "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(Self.escaped(tag))</ETag></Part>"
        }
        let body = Data("<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>".utf8)
        var request = request(
            .post, address.with(query: [("uploadId", upload)]), headers: [("Content-Type", "application/xml")], .bytes(body),
            digest: PublishFile.digest(of: body))
        request.timeLimit = .seconds(600)
        let answer = try await client.perform(request, step)
        // S3 answers 200 before it has put the parts together, and an error may follow in the body.
        if String(decoding: answer.body, as: UTF8.self).contains("<Error>") {
            throw PublishFailure(
                "\(step): the store could not put the parts together\(WebAnswer.reason(answer.body).map { ": \($0)" } ?? "").",
                isWorthRetrying: true)
        }
    }

    private func request(
        _ method: WebRequest.Method, _ address: WebAddress, headers: [(name: String, value: String)] = [], _ body: WebBody, digest: String
    ) -> WebRequest {
        let signed = signer.headers(
            method: method.rawValue, authority: address.authority, path: address.path, query: address.query ?? "", headers: headers,
            bodyDigest: digest, at: clock.now.milliseconds)
        return WebRequest(method, address, headers: headers + signed, body: body, timeLimit: Self.uploadTimeLimit)
    }

    /// The text of an XML element that holds nothing but text.
    private static func element(_ name: String, in xml: Data) -> String? {
        let text = String(decoding: xml, as: UTF8.self)
        guard let start = text.range(of: "<\(name)>"), let end = text.range(of: "</\(name)>", range: start.upperBound..<text.endIndex)
        else {
            return nil
        }
        let inner = String(text[start.upperBound..<end.lowerBound])
        return inner.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
