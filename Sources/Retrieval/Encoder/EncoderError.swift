/// Why a sentence encoder could not be opened.
package enum EncoderError: Error, Equatable, CustomStringConvertible {
    /// A file of the encoder is not there, or may not be read.
    case missing(path: String, reason: String)
    /// A file of the encoder is there and is not what it should be.
    case invalid(path: String, reason: String)
    /// This processor, or this build, lacks the instructions.
    case unsupported(EncoderKernel)

    package var description: String {
        switch self {
        case .missing(let path, let reason): "The sentence encoder needs the file \(path), which cannot be read: \(reason)"
        case .invalid(let path, let reason): "The sentence encoder cannot use the file \(path): \(reason)"
        case .unsupported(let kernel): "This processor cannot run the encoder's \(kernel.rawValue) kernels."
        }
    }
}
