/// How long to wait before the server is asked again how far it is: longer each time, so that waiting does not use up the rate limit.
struct Patience {
    private static let longest = Duration.seconds(3)
    private var next = Duration.milliseconds(100)

    mutating func wait() async throws {
        try await Task.sleep(for: next)
        next = min(next * 2, Self.longest)
    }
}
