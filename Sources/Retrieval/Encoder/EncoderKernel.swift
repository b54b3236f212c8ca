import CKernels

/// The instructions that the encoder computes with. All give the same vectors up to rounding: those of `bf16` differ in the third digit,
/// those of the others in the sixth.
package enum EncoderKernel: String, Sendable, CaseIterable {
    /// AVX-512 with products of bfloat16 pairs: half the memory, the fastest.
    case bf16
    case avx512
    case avx2
    /// C alone, for any processor; the reference.
    case plain

    /// What this processor can run, fastest first; `plain` is always among them.
    package static var available: [EncoderKernel] { allCases.filter { $0.functions != nil } }

    /// The fastest that this processor can run.
    package static var best: EncoderKernel { available.first ?? .plain }

    /// The functions, or nil when this processor lacks the instructions.
    var functions: encoder_kernels? {
        let instructions =
            switch self {
            case .bf16: encoder_bf16
            case .avx512: encoder_avx512
            case .avx2: encoder_avx2
            case .plain: encoder_plain
            }
        return encoder_kernels_for(instructions)?.pointee
    }
}
