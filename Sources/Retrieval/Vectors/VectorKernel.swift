import CKernels

/// The implementations of the scan. All find the same rows; which is used is chosen at run time by what the processor can do.
package enum VectorKernel: String, CaseIterable, Sendable {
    case plain
    case avx2
    case avxVNNI
    case avx512VNNI

    /// The fastest one that runs here.
    package static let best = allCases.last { $0.isSupported } ?? .plain

    /// Whether this processor can run it.
    package var isSupported: Bool { scan_kernel_is_supported(kernel) }

    var kernel: ScanKernel {
        switch self {
        case .plain: ScanKernelPlain
        case .avx2: ScanKernelAVX2
        case .avxVNNI: ScanKernelAVXVNNI
        case .avx512VNNI: ScanKernelAVX512VNNI
        }
    }
}
