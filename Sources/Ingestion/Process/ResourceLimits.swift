import Foundation

/// How many seconds after its wall-clock limit a child ends itself, should nobody be left to end it.
private let orphanGraceSeconds = 5

/// Makes the kernel hold this process to memory, processor time and file size, and forbids core dumps.
///
/// The child calls it before it reads anything. It cannot be undone. Throws `POSIXError` if the kernel refuses.
package func applyLimits(_ limits: ExtractionLimits) throws {
    // An ignored signal is inherited through exec and would turn these limits into mere errors.
    for number in [SIGXCPU, SIGXFSZ, SIGALRM] { signal(number, SIG_DFL) }
    try setLimit(RLIMIT_CORE, soft: 0, hard: 0)
    // The soft limit sends SIGXCPU; the hard one, which kills, is a second later.
    try setLimit(RLIMIT_CPU, soft: limits.cpuSeconds, hard: limits.cpuSeconds + 1)
    try setLimit(RLIMIT_FSIZE, soft: limits.outputBytes, hard: limits.outputBytes)
    alarm(UInt32(clamping: limits.wallSeconds + orphanGraceSeconds))
    try setLimit(RLIMIT_AS, soft: limits.memoryBytes, hard: limits.memoryBytes)
}

#if canImport(Glibc)
    private typealias Resource = __rlimit_resource
#else
    private typealias Resource = Int32
#endif

private func setLimit(_ resource: Resource, soft: Int, hard: Int) throws {
    var limit = rlimit(rlim_cur: rlim_t(max(0, soft)), rlim_max: rlim_t(max(0, hard)))
    #if canImport(Glibc)
        let number = __rlimit_resource_t(resource.rawValue)
    #else
        let number = resource
    #endif
    guard setrlimit(number, &limit) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EINVAL) }
}
