#ifndef CKERNELS_ENCODER_KERNELS_H
#define CKERNELS_ENCODER_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The shape of the one network that these kernels compute: MiniLM-L6. Rows of a matrix are tokens; all matrices are row-major.
enum {
    /// The width of a token's hidden state, and of a sentence's vector.
    encoder_dimensions = 384,
    encoder_heads = 12,
    encoder_head_dimensions = 32,
    /// Query, key and value side by side.
    encoder_attention_dimensions = 3 * encoder_dimensions,
    /// The width between the two matrices of a feed-forward step.
    encoder_inner_dimensions = 1536,
    /// The longest sequence that attention takes.
    encoder_most_tokens = 256,
};

/// The instructions a set of kernels is built for.
enum encoder_instructions {
    /// C alone: any processor; the reference.
    encoder_plain,
    /// AVX2 and FMA, 32-bit floats.
    encoder_avx2,
    /// AVX-512, 32-bit floats.
    encoder_avx512,
    /// AVX-512 with products of bfloat16 pairs, summed in 32-bit floats.
    encoder_bf16,
};

/// What a matrix product does with its sums.
enum encoder_finish {
    /// Adds the bias and stores operands.
    encoder_store,
    /// Adds the bias, applies GELU (x times the normal distribution function of x) and stores operands.
    encoder_gelu,
    /// Adds the sums and the bias to the 32-bit floats that are there.
    encoder_accumulate,
};

/// One set of kernels. An `operand` is the number format a set multiplies: a 32-bit float, or a bfloat16 (16 bits) for `encoder_bf16`.
/// Nothing here allocates or keeps state: any number of threads may call at once.
struct encoder_kernels {
    /// Bytes of an operand.
    size_t operand_size;
    /// Columns of a panel, the unit into which packed weights are cut; divides every width of the network.
    size_t panel_width;

    /// Packs weights that lie as [outputs][inputs], multiplied by `scale`, into [outputs / panel width] panels of operands, as `multiply`
    /// reads them. `packed` has room for inputs times outputs operands; `outputs` is a multiple of the panel width, `inputs` is even.
    void (*_Nonnull pack)(const float *_Nonnull weights, size_t outputs, size_t inputs, float scale, void *_Nonnull packed);

    /// The panels `first_panel ..< end_panel` of [rows][inputs] operands times packed weights. `output` is [rows][outputs] and is written
    /// in the columns of these panels only: operands, or 32-bit floats for `encoder_accumulate`. `bias` has `outputs` floats.
    void (*_Nonnull multiply)(const void *_Nonnull input, size_t rows, size_t inputs, const void *_Nonnull packed, const float *_Nonnull bias,
                              size_t outputs, size_t first_panel, size_t end_panel, enum encoder_finish finish, void *_Nonnull output);

    /// Attention of one sequence of 1 to `encoder_most_tokens` tokens for the heads `first_head ..< end_head`: from
    /// [tokens][query, key, value] operands, the query scaled already, to [tokens][dimensions] operands.
    void (*_Nonnull attend)(const void *_Nonnull projections, size_t tokens, size_t first_head, size_t end_head, void *_Nonnull context);

    /// The first hidden states of one sequence: for each token its row of `words` (half-precision floats) plus its row of `positions`,
    /// normalised as `normalize` does it. Every id must be a row of `words`, `tokens` at most the rows of `positions`.
    void (*_Nonnull embed)(const int32_t *_Nonnull ids, size_t tokens, const uint16_t *_Nonnull words, const float *_Nonnull positions,
                           const float *_Nonnull weight, const float *_Nonnull bias, float *_Nonnull hidden, void *_Nonnull operands);

    /// Layer normalisation in place of each row of [rows][dimensions] floats (mean 0, variance 1, epsilon 1e-12, then weight and bias),
    /// which are also written as operands.
    void (*_Nonnull normalize)(float *_Nonnull hidden, size_t rows, const float *_Nonnull weight, const float *_Nonnull bias,
                               void *_Nonnull operands);

    /// The mean of [tokens][dimensions] floats, scaled to length 1.
    void (*_Nonnull pool)(const float *_Nonnull hidden, size_t tokens, float *_Nonnull vector);
};

/// The kernels for a kind of instructions, or null when this processor (or this build) lacks them.
const struct encoder_kernels *_Nullable encoder_kernels_for(enum encoder_instructions instructions);

/// Rounds floats to half precision, as `embed` reads them. False when one is not finite or too large for the format.
bool encoder_halve(const float *_Nonnull values, size_t count, uint16_t *_Nonnull halves);

#endif
