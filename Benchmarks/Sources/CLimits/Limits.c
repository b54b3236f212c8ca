#include "Limits.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// Independent chains of sums: enough that the latency of one never holds up the units.
enum { chains = 12, plain_lanes = 48 };

static uint64_t multiply_add_plain(uint64_t rounds, float seed, float *result) {
    float sums[plain_lanes];
    for (int lane = 0; lane < plain_lanes; lane++) { sums[lane] = seed + (float)lane; }
    for (uint64_t round = 0; round < rounds; round++) {
        for (int lane = 0; lane < plain_lanes; lane++) { sums[lane] = sums[lane] * seed + seed; }
    }
    *result = 0;
    for (int lane = 0; lane < plain_lanes; lane++) { *result += sums[lane]; }
    return rounds * plain_lanes * 2;
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static uint64_t multiply_add_avx2(uint64_t rounds, float seed, float *result) {
    __m256 factor = _mm256_set1_ps(seed), sums[chains];
    for (int chain = 0; chain < chains; chain++) { sums[chain] = _mm256_set1_ps(seed + (float)chain); }
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < chains; chain++) { sums[chain] = _mm256_fmadd_ps(sums[chain], factor, factor); }
    }
    for (int chain = 1; chain < chains; chain++) { sums[0] = _mm256_add_ps(sums[0], sums[chain]); }
    *result = _mm256_cvtss_f32(sums[0]);
    return rounds * chains * 8 * 2;
}

__attribute__((target("avx512f"))) static uint64_t multiply_add_avx512(uint64_t rounds, float seed, float *result) {
    __m512 factor = _mm512_set1_ps(seed), sums[chains];
    for (int chain = 0; chain < chains; chain++) { sums[chain] = _mm512_set1_ps(seed + (float)chain); }
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < chains; chain++) { sums[chain] = _mm512_fmadd_ps(sums[chain], factor, factor); }
    }
    *result = 0;
    for (int chain = 0; chain < chains; chain++) { *result += _mm512_reduce_add_ps(sums[chain]); }
    return rounds * chains * 16 * 2;
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16"))) static uint64_t multiply_add_bf16(uint64_t rounds, float seed, float *result) {
    __m512 sums[chains];
    __m512bh factor = _mm512_cvtne2ps_pbh(_mm512_set1_ps(seed), _mm512_set1_ps(seed));
    for (int chain = 0; chain < chains; chain++) { sums[chain] = _mm512_set1_ps(seed + (float)chain); }
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < chains; chain++) { sums[chain] = _mm512_dpbf16_ps(sums[chain], factor, factor); }
    }
    *result = 0;
    for (int chain = 0; chain < chains; chain++) { *result += _mm512_reduce_add_ps(sums[chain]); }
    return rounds * chains * 32 * 2;
}
#endif

bool limit_is_supported(enum limit_arithmetic arithmetic) {
    switch (arithmetic) {
    case limit_plain: return true;
#if defined(__x86_64__)
    case limit_avx2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case limit_avx512: return __builtin_cpu_supports("avx512f");
    case limit_bf16:
        return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
    default: return false;
    }
}

uint64_t limit_multiply_add(enum limit_arithmetic arithmetic, uint64_t rounds, float seed, float *result) {
    switch (arithmetic) {
#if defined(__x86_64__)
    case limit_avx2: return multiply_add_avx2(rounds, seed, result);
    case limit_avx512: return multiply_add_avx512(rounds, seed, result);
    case limit_bf16: return multiply_add_bf16(rounds, seed, result);
#endif
    default: return multiply_add_plain(rounds, seed, result);
    }
}

uint64_t limit_read(const uint64_t *words, size_t count) {
    uint64_t sum = 0;
    for (size_t index = 0; index < count; index++) { sum += words[index]; }
    return sum;
}
