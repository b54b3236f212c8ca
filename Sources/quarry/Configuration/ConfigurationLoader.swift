import Foundation
import Logging
import Platform
import Retrieval

/// Lays flags over the environment over the file over the defaults, once, and collects every problem.
struct ConfigurationLoader {
    /// What the command line said.
    struct Flags {
        var config: String?
        var host: String?
        var port: Int?
        var data: String?
    }

    private let environment: [String: String]
    private var problems: [String] = []

    init(environment: [String: String]) { self.environment = environment }

    /// - Throws: `ConfigurationProblems` with all of them.
    mutating func load(_ flags: Flags) throws -> ServerConfiguration {
        var file = ConfigurationFile()
        if let path = flags.config {
            do {
                file = try ConfigurationFile.read(path, environment: environment)
            } catch let found as ConfigurationProblems {
                problems += found.problems
            }
        }
        var configuration = ServerConfiguration()
        configuration.host = flags.host ?? text("QUARRY_HOST") ?? file.host ?? configuration.host
        configuration.port = flags.port ?? integer("QUARRY_PORT", 0...65_535) ?? file.port ?? configuration.port
        if !(0...65_535).contains(configuration.port) { problems.append("port: must be between 0 and 65535, is \(configuration.port).") }
        if let data = flags.data ?? text("QUARRY_DATA") ?? file.data { configuration.data = URL(fileURLWithPath: data) }
        configuration.databaseURL = (text("QUARRY_DATABASE_URL") ?? file.databaseURL).map(Secret.init)
        configuration.ownerKey = text("QUARRY_OWNER_KEY").map(Secret.init)
        configuration.secretKey = text("QUARRY_SECRET_KEY").map(Secret.init)
        configuration.publicURL = text("QUARRY_PUBLIC_URL") ?? file.publicURL
        configuration.platform.publicURL = configuration.publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        if let name = text("QUARRY_LOG_LEVEL") ?? file.logLevel {
            if let level = Logger.Level(rawValue: name.lowercased()) {
                configuration.logLevel = level
            } else {
                problems.append(
                    "QUARRY_LOG_LEVEL: must be one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")), is \(name).")
            }
        }
        readRetrieval(file, into: &configuration)
        configuration.providers = ProviderReader.read(file.providers ?? [], problems: &problems)
        readPlatform(file, into: &configuration.platform)
        check(configuration)
        if !problems.isEmpty { throw ConfigurationProblems(problems: problems) }
        return configuration
    }

    private mutating func readRetrieval(_ file: ConfigurationFile, into configuration: inout ServerConfiguration) {
        switch file.encoder ?? "builtin" {
        case "builtin": configuration.encoderDirectory = EncoderDirectory.find(environment: environment)
        case "none": configuration.encoderDirectory = nil
        case let other: problems.append("encoder: must be builtin or none, is \(other).")
        }
        func share(_ name: String, _ value: Double?, _ target: inout Double) {
            guard let value else { return }
            if (0...1).contains(value) {
                target = value
            } else {
                problems.append("retrieval.\(name): must be between 0 and 1, is \(value).")
            }
        }
        share("minimumCosine", file.retrieval?.minimumCosine, &configuration.platform.minimumCosine)
        share("minimumMatchedShare", file.retrieval?.minimumMatchedShare, &configuration.platform.minimumMatchedShare)
    }

    private mutating func readPlatform(_ file: ConfigurationFile, into platform: inout PlatformConfiguration) {
        let limits = 0...1_000_000
        platform.requestsPerMinutePerMember =
            integer("QUARRY_RATE_LIMIT_USER", limits) ?? file.limits?.requestsPerMinuteUser ?? platform.requestsPerMinutePerMember
        platform.requestsPerMinutePerOrganization =
            integer("QUARRY_RATE_LIMIT_ORG", limits) ?? file.limits?.requestsPerMinuteOrganization
            ?? platform.requestsPerMinutePerOrganization
        if !limits.contains(platform.requestsPerMinutePerMember) || !limits.contains(platform.requestsPerMinutePerOrganization) {
            problems.append("limits: requests a minute must be between 0 and 1000000.")
        }
        platform.mostUploadBytes = file.uploads?.maxBytes ?? platform.mostUploadBytes
        if platform.mostUploadBytes < 1 { problems.append("uploads.maxBytes: must be at least 1.") }
        platform.jobConcurrency = file.jobs?.concurrency ?? platform.jobConcurrency
        if !(1...64).contains(platform.jobConcurrency) { problems.append("jobs.concurrency: must be between 1 and 64.") }
        platform.allowsPrivateNetwork = file.network?.allowPrivate ?? platform.allowsPrivateNetwork
        readSite("huggingface", file.integrations?.huggingface, into: &platform.sites.huggingFace)
        readSite("kaggle", file.integrations?.kaggle, into: &platform.sites.kaggle)
        if let written = text("QUARRY_FAULTS") {
            if let faults = Faults(written) {
                platform.faults = faults
            } else {
                let points = Faults.Point.allCases.map(\.rawValue).joined(separator: ", ")
                problems.append(
                    "QUARRY_FAULTS: must be POINT=ACTION pairs; points are \(points); actions are crash, fail, delay:MILLISECONDS.")
            }
        }
        platform.catalogue = Catalogue(
            configured: CatalogueReader.read(file.models ?? [], upstreams: (file.providers ?? []).map(\.name), problems: &problems))
        platform.mostDatasetBytes = file.uploads?.maxDatasetBytes ?? platform.mostDatasetBytes
        if platform.mostDatasetBytes < 1 { problems.append("uploads.maxDatasetBytes: must be at least 1.") }
        platform.showsAwaitingInput = file.adaption?.awaitingInput ?? platform.showsAwaitingInput
        readRuns(file.runs ?? ConfigurationFile.Runs(), into: &platform)
    }

    private mutating func readRuns(_ runs: ConfigurationFile.Runs, into platform: inout PlatformConfiguration) {
        if let name = runs.generator {
            switch platform.catalogue.find(name: name) {
            case nil: problems.append("runs.generator: there is no model \(name).")
            case .some(let model) where model.provider == SystemModel.quoting.provider:
                problems.append("runs.generator: \(name) quotes and does not generate: name a model of one of the providers.")
            case .some: platform.generator = name
            }
        }
        platform.generatorConcurrency = runs.concurrency ?? platform.generatorConcurrency
        if !(1...256).contains(platform.generatorConcurrency) { problems.append("runs.concurrency: must be between 1 and 256.") }
        platform.deduplicationThreshold = runs.deduplicationThreshold ?? platform.deduplicationThreshold
        if !(0.5...1).contains(platform.deduplicationThreshold) {
            problems.append("runs.deduplicationThreshold: must be between 0.5 and 1, is \(platform.deduplicationThreshold).")
        }
    }

    private mutating func readSite(_ name: String, _ site: ConfigurationFile.Site?, into address: inout WebAddress) {
        guard let written = site?.baseURL else { return }
        do {
            address = try WebAddress(written)
            if address.query != nil { problems.append("integrations.\(name).baseURL: must have no query.") }
        } catch {
            problems.append("integrations.\(name).baseURL: \(error).")
        }
    }

    private mutating func check(_ configuration: ServerConfiguration) {
        if let key = configuration.ownerKey?.value, key.count < ServerConfiguration.shortestOwnerKey {
            problems.append("QUARRY_OWNER_KEY: must have at least \(ServerConfiguration.shortestOwnerKey) characters, has \(key.count).")
        }
        if let key = configuration.secretKey?.value, key.count != 64 || !key.allSatisfy(\.isHexDigit) {
            problems.append("QUARRY_SECRET_KEY: must be 64 hexadecimal digits.")
        }
        if let url = configuration.databaseURL?.value {
            if !url.hasPrefix("postgres://"), !url.hasPrefix("postgresql://") {
                problems.append("QUARRY_DATABASE_URL: must begin with postgres://.")
            }
            if configuration.secretKey == nil {
                problems.append("QUARRY_SECRET_KEY: is required with PostgreSQL, so that all replicas share it.")
            }
        }
        let loopback = ["127.0.0.1", "::1", "localhost"]
        if !loopback.contains(configuration.host), configuration.publicURL == nil {
            problems.append(
                "QUARRY_PUBLIC_URL: is required when the host \(configuration.host) is not loopback: the address that clients use.")
        }
        if let url = configuration.publicURL, URL(string: url)?.host() == nil {
            problems.append("QUARRY_PUBLIC_URL: must be an http or https URL, is \(url).")
        }
        if text("QUARRY_BLOB_URL") != nil { problems.append("QUARRY_BLOB_URL: is not supported by this version yet: unset it.") }
    }

    /// A variable that is set and not empty.
    private func text(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

    private mutating func integer(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            problems.append("\(name): must be an integer between \(range.lowerBound) and \(range.upperBound), is \(text).")
            return nil
        }
        return number
    }
}
