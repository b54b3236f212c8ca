import Foundation

/// Tells a child that died for want of memory from one that has a fault.
///
/// A refused allocation ends a Swift process by a trap, often without a word. So when the child is about to die it tries whether
/// the kernel still grants memory, and if not, exits with the code that says so.
enum MemoryExhaustion {
    /// What the child writes to standard error.
    static let sentence: StaticString = "The file needs more memory than one extraction may use.\n"

    /// A process that cannot map this much more has, for our purposes, none left.
    private static let probeBytes = 64 << 20

    /// Whether the memory limit has practically been reached. Safe to call in a signal handler.
    static var isNear: Bool {
        guard let place = mmap(nil, probeBytes, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0), place != MAP_FAILED else { return true }
        munmap(place, probeBytes)
        return false
    }

    /// From now on a trap, an abort or a bad access for want of memory ends the process with the exit code for limits.
    static func report() {
        for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS] {
            signal(number) { number in
                // Only calls that are allowed in a signal handler, and nothing that allocates.
                if MemoryExhaustion.isNear {
                    write(2, MemoryExhaustion.sentence.utf8Start, MemoryExhaustion.sentence.utf8CodeUnitCount)
                    _exit(ExtractCommandLine.ExitCode.limitExceeded)
                }
                // Otherwise the default: the faulty instruction runs once more, or `abort` raises again.
                signal(number, SIG_DFL)
            }
        }
    }
}
