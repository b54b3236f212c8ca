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

    @Test func aChildProcessDoesNotInheritTheLock() throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let lock = try ProcessLock(path: path)
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        // Linux lists what is open; the lock's file must be marked as closed on exec.
        let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(Int32.init).filter { descriptor in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")) == file
        }
        #expect(open.count == 1)
        #expect(open.allSatisfy { fcntl($0, F_GETFD) & FD_CLOEXEC != 0 })
        lock.close()
    }

    @Test func aPathThatCannotBeOpenedIsUnavailable() {
        #expect { try ProcessLock(path: "/nowhere/at/all") } throws: {
            if case .unavailable = $0 as? ProcessLockError { true } else { false }
        }
    }
}
