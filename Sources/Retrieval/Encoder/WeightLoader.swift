import CKernels

/// Copies tensors of a file into memory, in the form in which the kernels read them. The names are those of the BERT family.
struct WeightLoader {
    let file: TensorFile
    let memory: PackedMemory
    let functions: encoder_kernels

    private var width: Int { encoder_dimensions }

    func layer(_ prefix: String) throws(EncoderError) -> EncoderWeights.Layer {
        let inner = encoder_inner_dimensions
        let scale = 1 / Float(encoder_head_dimensions).squareRoot()
        let attention = prefix + "attention.self."
        return EncoderWeights.Layer(
            attention: try matrix(
                [(attention + "query", scale), (attention + "key", 1), (attention + "value", 1)], inputs: width, outputsOfEach: width),
            context: try matrix([(prefix + "attention.output.dense", 1)], inputs: width, outputsOfEach: width),
            contextNorm: try norm(prefix + "attention.output.LayerNorm"),
            inner: try matrix([(prefix + "intermediate.dense", 1)], inputs: width, outputsOfEach: inner),
            outer: try matrix([(prefix + "output.dense", 1)], inputs: inner, outputsOfEach: width),
            outerNorm: try norm(prefix + "output.LayerNorm"))
    }

    /// Several matrices side by side, each multiplied by a scale, with their biases.
    private func matrix(
        _ parts: [(name: String, scale: Float)], inputs: Int, outputsOfEach: Int
    ) throws(EncoderError) -> EncoderWeights.Matrix {
        let outputs = outputsOfEach * parts.count
        let size = inputs * outputsOfEach * functions.operand_size
        let packed = memory.cut(bytes: size * parts.count)
        let bias = memory.floats(outputs)
        for (number, part) in parts.enumerated() {
            try file.read(part.name + ".weight", [outputsOfEach, inputs]) { numbers throws(EncoderError) in
                functions.pack(numbers, outputsOfEach, inputs, part.scale, packed + number * size)
            }
            try file.read(part.name + ".bias", [outputsOfEach]) { numbers throws(EncoderError) in
                for at in 0..<outputsOfEach { bias[number * outputsOfEach + at] = numbers[at] * part.scale }
            }
        }
        return EncoderWeights.Matrix(packed: packed, bias: bias, inputs: inputs, outputs: outputs)
    }

    func norm(_ name: String) throws(EncoderError) -> EncoderWeights.Norm {
        EncoderWeights.Norm(weight: try floats(name + ".weight"), bias: try floats(name + ".bias"))
    }

    /// The embeddings of positions, those of the only token type in use added.
    func positions() throws(EncoderError) -> UnsafeMutablePointer<Float> {
        let count = encoder_most_tokens, width = width
        let sums = memory.floats(count * width)
        try file.read("embeddings.position_embeddings.weight", [2 * count, width]) { numbers throws(EncoderError) in
            sums.update(from: numbers, count: count * width)
        }
        try file.read("embeddings.token_type_embeddings.weight", [2, width]) { numbers throws(EncoderError) in
            for at in 0..<count * width { sums[at] += numbers[at % width] }
        }
        return sums
    }

    /// A tensor rounded to half precision, which keeps three digits more than its use in a sum needs.
    func halves(_ name: String, _ shape: [Int]) throws(EncoderError) -> UnsafeMutablePointer<UInt16> {
        let count = shape.reduce(1, *)
        let halves = memory.cut(bytes: count * MemoryLayout<UInt16>.stride).bindMemory(to: UInt16.self, capacity: count)
        let fits = try file.read(name, shape) { numbers throws(EncoderError) in encoder_halve(numbers, count, halves) }
        guard fits else { throw file.invalid("the tensor \(name) holds numbers that are not finite or too large.") }
        return halves
    }

    private func floats(_ name: String) throws(EncoderError) -> UnsafeMutablePointer<Float> {
        let copy = memory.floats(width)
        try file.read(name, [width]) { numbers throws(EncoderError) in copy.update(from: numbers, count: width) }
        return copy
    }
}
