/// What the machine could do at best: the rates that stand beside ours where no peer does. Nothing here allocates or keeps state.
#ifndef CLIMITS_LIMITS_H
#define CLIMITS_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The arithmetic of the encoder's kernels.
enum limit_arithmetic {
    /// C alone: what the compiler makes of a loop for any processor of this kind.
    limit_plain,
    limit_avx2,
    limit_avx512,
    /// AVX-512 with products of bfloat16 pairs.
    limit_bf16,
};

/// Whether this processor has the instructions.
bool limit_is_supported(enum limit_arithmetic arithmetic);

/// Multiplies and adds in registers, without reading memory, for so many rounds; gives back how many floating-point operations that were.
/// `seed` keeps the compiler from knowing the result, which goes to `result`. The arithmetic must be supported.
uint64_t limit_multiply_add(enum limit_arithmetic arithmetic, uint64_t rounds, float seed, float *_Nonnull result);

/// Reads so many 64-bit words once, in order; gives back their sum.
uint64_t limit_read(const uint64_t *_Nonnull words, size_t count);

#endif
