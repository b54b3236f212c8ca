import CKernels

/// A query as the kernels read it: its components and its codes.
///
/// `@unchecked Sendable` is safe because nothing is written after initialization and the memory is freed with the last reference.
final class VectorQuestion: @unchecked Sendable {
    let vector: [Float]
    let kernel: ScanKernel
    let scanned: ScanQuery
    /// A component is about this times its code.
    let scale: Float
    private let codes: UnsafeMutableBufferPointer<Int8>

    /// Nil when the vector is empty, too long, or a component is not finite.
    init?(_ vector: [Float], kernel: VectorKernel) {
        guard !vector.isEmpty, vector.count <= VectorFileLayout.maximumDimensions, vector.allSatisfy(\.isFinite) else { return nil }
        let stride = VectorFileLayout.padded(vector.count, to: ScanBlockBytes)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: stride, alignment: VectorFileLayout.alignment)
        codes = memory.bindMemory(to: Int8.self)
        codes.initialize(repeating: 0)
        scale = scan_quantize(vector, vector.count, codes.baseAddress)
        let sum = codes.reduce(Int32(0)) { $0 + Int32($1) }
        self.vector = vector
        self.kernel = kernel.kernel
        scanned = ScanQuery(codes: codes.baseAddress, stride: stride, correction: Int32(ScanCodeOffset) * sum)
    }

    deinit {
        codes.deallocate()
    }

    /// Scans rows of one unit of the question's dimensions; the mask, if there is one, must reach to the end of them.
    func scan(_ rows: Range<Int>, of file: VectorFile, mask: PassageMask?, unit: Int, into top: inout ScanTop) {
        var query = scanned
        var scanned = ScanRows(
            codes: file.codes, scales: file.scales, mask: nil, unit: UInt32(truncatingIfNeeded: unit),
            first: UInt32(truncatingIfNeeded: rows.lowerBound), end: UInt32(truncatingIfNeeded: rows.upperBound))
        guard let mask else { return scan_rows(kernel, &query, &scanned, &top) }
        mask.withWords { words in
            scanned.mask = words.baseAddress
            scan_rows(kernel, &query, &scanned, &top)
        }
    }

    /// How far what the codes say of the dot product, `score` x `scale`, may be off: six standard deviations. Rounding moves every component of both vectors by up to half a step, as
    /// likely to any place as to any other, which has the variance step² / 12; the other vector, of length 1, keeps their sum at that.
    func uncertainty(_ candidate: ScanHit, in units: [VectorUnit]) -> Float {
        let rowScale = units[Int(candidate.unit)].file.scales[Int(candidate.row)]
        return 6 * ((rowScale * rowScale + scale * scale) / 12).squareRoot()
    }

    /// The candidate with its score from the vector itself; nil when that is not a number.
    func rescored(_ candidate: ScanHit, in units: [VectorUnit]) -> VectorHit? {
        let (unit, row) = (Int(candidate.unit), Int(candidate.row))
        let file = units[unit].file
        let cosine = scan_dot(kernel, vector, file.vectors + row * file.dimensions, vector.count)
        return cosine.isNaN ? nil : VectorHit(unit: unit, row: row, cosine: cosine)
    }
}
