#if defined(__x86_64__)

#include "ScanKernelsShared.h"

#include <immintrin.h>

#define INLINE_AVX2 __attribute__((target("avx2,fma"), always_inline)) static inline
#define INLINE_VNNI __attribute__((target("avx2,fma,avxvnni"), always_inline)) static inline

/// Adds up four rows' sums at once: in each 128-bit lane, one sum of every row.
INLINE_AVX2 __m256i add_within_lanes(__m256i a, __m256i b, __m256i c, __m256i d) {
    return _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
}

/// Lane by lane sums of twice four rows become the eight rows' sums, in order.
INLINE_AVX2 __m256i add_lanes(__m256i low, __m256i high) {
    return _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20), _mm256_permute2x128_si256(low, high, 0x31));
}

/// Offers eight rows that start at `row`, given their sums.
INLINE_AVX2 void offer_eight(const ScanQuery *query, const ScanRows *rows, ScanTop *top, __m256i sums, uint32_t row) {
    __m256 products = _mm256_cvtepi32_ps(_mm256_sub_epi32(sums, _mm256_set1_epi32(query->correction)));
    __m256 scores = _mm256_mul_ps(products, _mm256_loadu_ps(rows->scales + row));
    uint32_t passed = (uint32_t)_mm256_movemask_ps(_mm256_cmp_ps(scores, _mm256_set1_ps(top->threshold), _CMP_GT_OQ));
    if (passed == 0) return;
    float values[8];
    _mm256_storeu_ps(values, scores);
    for (; passed != 0; passed &= passed - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(passed);
        scan_offer(rows, top, values[lane], row + lane);
    }
}

INLINE_AVX2 int32_t total(__m256i sums) {
    __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    half = _mm_hadd_epi32(half, half);
    return _mm_cvtsi128_si32(_mm_hadd_epi32(half, half));
}

/// Eight partial sums of one row, without VNNI: both factors as 16 bits, so that nothing can saturate.
INLINE_AVX2 __m256i row_sums_avx2(const uint8_t *codes, const int8_t *query, size_t stride) {
    __m256i sums = _mm256_setzero_si256();
    for (size_t i = 0; i < stride; i += 16) {
        __m256i row = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(codes + i)));
        __m256i factor = _mm256_cvtepi8_epi16(_mm_load_si128((const __m128i *)(query + i)));
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(row, factor));
    }
    return sums;
}

INLINE_VNNI __m256i row_sums_vnni(const uint8_t *codes, const int8_t *query, size_t stride) {
    __m256i sums = _mm256_setzero_si256();
    for (size_t i = 0; i < stride; i += 32) {
        __m256i row = _mm256_loadu_si256((const __m256i *)(codes + i));
        sums = _mm256_dpbusd_avx_epi32(sums, row, _mm256_load_si256((const __m256i *)(query + i)));
    }
    return sums;
}

// The two scans differ in `row_sums` alone; a macro, because a function cannot be inlined into another that has fewer instructions.
#define DEFINE_SCAN(NAME, INLINE, ROW_SUMS)                                                                                                \
    INLINE void NAME(const ScanQuery *query, const ScanRows *rows, ScanTop *top, size_t stride) {                                          \
        uint32_t row = rows->first;                                                                                                        \
        const uint8_t *codes = rows->codes + row * stride;                                                                                 \
        for (; rows->end - row >= 8; row += 8, codes += 8 * stride) {                                                                      \
            __m256i halves[2];                                                                                                             \
            for (size_t half = 0; half < 2; half++) {                                                                                      \
                const uint8_t *four = codes + half * 4 * stride;                                                                           \
                halves[half] = add_within_lanes(                                                                                           \
                    ROW_SUMS(four, query->codes, stride), ROW_SUMS(four + stride, query->codes, stride),                                   \
                    ROW_SUMS(four + 2 * stride, query->codes, stride), ROW_SUMS(four + 3 * stride, query->codes, stride));                 \
            }                                                                                                                              \
            offer_eight(query, rows, top, add_lanes(halves[0], halves[1]), row);                                                           \
        }                                                                                                                                  \
        for (; row < rows->end; row++, codes += stride) {                                                                                  \
            int32_t sum = total(ROW_SUMS(codes, query->codes, stride));                                                                    \
            scan_offer(rows, top, (float)(sum - query->correction) * rows->scales[row], row);                                              \
        }                                                                                                                                  \
    }

DEFINE_SCAN(scan_avx2, INLINE_AVX2, row_sums_avx2)
DEFINE_SCAN(scan_vnni, INLINE_VNNI, row_sums_vnni)

__attribute__((target("avx2,fma"))) void scan_rows_avx2(const ScanQuery *query, const ScanRows *rows, ScanTop *top) {
    if (query->stride == ScanUsualStride) {
        scan_avx2(query, rows, top, ScanUsualStride);
    } else {
        scan_avx2(query, rows, top, query->stride);
    }
}

__attribute__((target("avx2,fma,avxvnni"))) void scan_rows_avxvnni(const ScanQuery *query, const ScanRows *rows, ScanTop *top) {
    if (query->stride == ScanUsualStride) {
        scan_vnni(query, rows, top, ScanUsualStride);
    } else {
        scan_vnni(query, rows, top, query->stride);
    }
}

__attribute__((target("avx2,fma"))) float scan_dot_avx2(const float *left, const float *right, size_t count) {
    __m256 low = _mm256_setzero_ps(), high = _mm256_setzero_ps();
    size_t i = 0;
    for (; i + 16 <= count; i += 16) {
        low = _mm256_fmadd_ps(_mm256_loadu_ps(left + i), _mm256_loadu_ps(right + i), low);
        high = _mm256_fmadd_ps(_mm256_loadu_ps(left + i + 8), _mm256_loadu_ps(right + i + 8), high);
    }
    low = _mm256_add_ps(low, high);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(low), _mm256_extractf128_ps(low, 1));
    four = _mm_hadd_ps(four, four);
    float sum = _mm_cvtss_f32(_mm_hadd_ps(four, four));
    for (; i < count; i++) sum += left[i] * right[i];
    return sum;
}

#endif
