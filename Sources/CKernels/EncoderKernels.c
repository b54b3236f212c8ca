// Chooses among the encoder's kernels.
#include "CKernels.h"

#include <string.h>

extern const struct encoder_kernels encoder_kernels_plain, encoder_kernels_avx2, encoder_kernels_avx512, encoder_kernels_bf16;

const struct encoder_kernels *encoder_kernels_for(enum encoder_instructions instructions) {
    if (instructions == encoder_plain) return &encoder_kernels_plain;
#if defined(__x86_64__)
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    if (instructions == encoder_avx2 && avx2) return &encoder_kernels_avx2;
    if (instructions == encoder_avx512 && avx512) return &encoder_kernels_avx512;
    if (instructions == encoder_bf16 && avx512 && __builtin_cpu_supports("avx512bf16")) return &encoder_kernels_bf16;
#endif
    return NULL;
}

bool encoder_halve(const float *values, size_t count, uint16_t *halves) {
    float highest = 0;
    bool ordered = true;
    for (size_t at = 0; at < count; at++) {
        // A half's exponent is 112 higher: what is below its normal range comes out right as well.
        const float value = values[at] * 0x1p-112f;
        const float size = values[at] < 0 ? -values[at] : values[at];
        highest = size > highest ? size : highest;
        ordered &= size == size;
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        const uint32_t magnitude = bits & 0x7FFFFFFF;
        halves[at] = (uint16_t)((magnitude + 0xFFF + (magnitude >> 13 & 1)) >> 13 | (bits >> 16 & 0x8000));
    }
    // The largest number that rounds to a finite half.
    return ordered && highest < 65520.0f;
}
