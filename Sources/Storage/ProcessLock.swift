import Foundation
import Synchronization

/// Sole ownership of a data folder by one process: an advisory lock (`flock`) on a file in it, which the operating system releases when
/// the process ends, however it ends. The file itself stays: removing it would let two processes lock two different files.
package final class ProcessLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Makes the file at `path` if need be, and locks it. Throws `ProcessLockError.held` when somebody else has the lock.
    package init(path: String) throws {
        // Closed on exec: a child process that outlives us must not keep the lock.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ProcessLockError.unavailable("opening \(path): \(String(cString: strerror(errno)))") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            Foundation.close(descriptor)
            if reason == EWOULDBLOCK { throw ProcessLockError.held }
            throw ProcessLockError.unavailable("locking \(path): \(String(cString: strerror(reason)))")
        }
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        close()
    }

    /// Gives the lock up. Doing so twice is fine.
    package func close() {
        descriptor.withLock { descriptor in
            if let open = descriptor {
                // Said aloud, because a child that is just being started may have a copy of the descriptor for a moment.
                flock(open, LOCK_UN)
                Foundation.close(open)
            }
            descriptor = nil
        }
    }
}

/// Why a lock was not taken.
package enum ProcessLockError: Error, Sendable, Equatable {
    /// Another process (or another lock of this one) has it.
    case held
    /// The file cannot be opened or locked; the text says why.
    case unavailable(String)
}
