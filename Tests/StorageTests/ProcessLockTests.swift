import Foundation
import Storage
import Testing

@Suite struct ProcessLockTests {
    private func path() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("quarry_lock_\(UInt64.random(in: .min ... .max))").path
    }

    @Test func aLockIsHeldOnceUntilItIsClosed() throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try ProcessLock(path: path)
        #expect(throws: ProcessLockError.held) { try ProcessLock(path: path) }
        first.close()
        first.close()
        let second = try ProcessLock(path: path)
        #expect(throws: ProcessLockError.held) { try ProcessLock(path: path) }
        second.close()
    }

    @Test func aForgottenLockIsReleased() throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        do { _ = try ProcessLock(path: path) }
        _ = try ProcessLock(path: path)
    }

    @Test func aLockIsNotInheritedByAChildProcess() throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let lock = try ProcessLock(path: path)
        // Not Foundation's `Process`, which closes everything by itself.
        var child: pid_t = 0
        let arguments = [strdup("sleep"), strdup("60"), nil]
        defer { arguments.forEach { free($0) } }
        try #require(posix_spawn(&child, "/bin/sleep", nil, nil, arguments, environ) == 0)
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        lock.close()
        // The child still runs; had it the lock's file open, the lock would still be held.
        try ProcessLock(path: path).close()
    }

    @Test func aPathThatCannotBeOpenedIsUnavailable() {
        #expect { try ProcessLock(path: "/nowhere/at/all") } throws: {
            if case .unavailable = $0 as? ProcessLockError { true } else { false }
        }
    }
}
