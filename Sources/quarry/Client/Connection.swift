import ArgumentParser
import Foundation

/// Which server to talk to, and with which key: shared by the commands for people.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The server's address (default $QUARRY_URL, else http://127.0.0.1:8080).") var server: String?
    @Option(help: "An API key (default $QUARRY_API_KEY, else the owner's key in the data directory).") var key: String?
    @Option(help: "The data directory of a server on this machine (default quarry-data).") var data: String?

    /// - Throws: `ValidationError` when there is no key, or an address that is none.
    func client() throws -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        let home = URL(fileURLWithPath: data ?? environment["QUARRY_DATA"] ?? "quarry-data")
        let kept = try? String(contentsOf: home.appending(path: "owner.key"), encoding: .utf8)
        guard let key = key ?? environment["QUARRY_API_KEY"] ?? kept?.trimmingCharacters(in: .whitespacesAndNewlines) else {
            throw ValidationError("No API key: give --key, set QUARRY_API_KEY, or name the server's data directory with --data.")
        }
        let address = server ?? environment["QUARRY_URL"] ?? "http://127.0.0.1:8080"
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme?.lowercased()), url.host != nil else {
            throw ValidationError("\(address) is no server's address: give one such as http://127.0.0.1:8080 with --server or QUARRY_URL.")
        }
        return APIClient(server: address, key: key)
    }
}
