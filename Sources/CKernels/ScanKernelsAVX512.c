#if defined(__x86_64__)

#include "ScanKernelsShared.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vnni")))
#define INLINE_TARGET __attribute__((target("avx512f,avx512bw,avx512vnni"), always_inline)) static inline

/// Sixteen partial sums of one row: each of 64 codes at a time, four codes to a sum.
INLINE_TARGET __m512i row_sums(const uint8_t *codes, const int8_t *query, size_t stride) {
    __m512i sums = _mm512_setzero_si512();
    for (size_t i = 0; i < stride; i += 64) {
        sums = _mm512_dpbusd_epi32(sums, _mm512_loadu_si512(codes + i), _mm512_load_si512(query + i));
    }
    return sums;
}

/// Adds up four rows' sums at once: in each 128-bit lane, one sum of every row.
INLINE_TARGET __m512i add_within_lanes(__m512i a, __m512i b, __m512i c, __m512i d) {
    __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    return _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
}

INLINE_TARGET __m512i four_rows(const uint8_t *codes, const int8_t *query, size_t stride) {
    return add_within_lanes(
        row_sums(codes, query, stride), row_sums(codes + stride, query, stride), row_sums(codes + 2 * stride, query, stride),
        row_sums(codes + 3 * stride, query, stride));
}

/// Lane by lane sums of four times four rows become the sixteen rows' sums, in order.
INLINE_TARGET __m512i add_lanes(__m512i a, __m512i b, __m512i c, __m512i d) {
    __m512i ab = _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x44), _mm512_shuffle_i32x4(a, b, 0xEE));
    __m512i cd = _mm512_add_epi32(_mm512_shuffle_i32x4(c, d, 0x44), _mm512_shuffle_i32x4(c, d, 0xEE));
    return _mm512_add_epi32(_mm512_shuffle_i32x4(ab, cd, 0x88), _mm512_shuffle_i32x4(ab, cd, 0xDD));
}

/// Offers the rows from `row` on whose bits are set in `passed`.
INLINE_TARGET void offer_passed(const ScanRows *rows, ScanTop *top, __m512 scores, uint32_t passed, uint32_t row) {
    float values[16];
    _mm512_storeu_ps(values, scores);
    for (; passed != 0; passed &= passed - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(passed);
        scan_offer(rows, top, values[lane], row + lane);
    }
}

INLINE_TARGET void scan(const ScanQuery *query, const ScanRows *rows, ScanTop *top, size_t stride) {
    uint32_t row = rows->first;
    const uint8_t *codes = rows->codes + row * stride;
    const __m512i correction = _mm512_set1_epi32(query->correction);
    for (; rows->end - row >= 16; row += 16, codes += 16 * stride) {
        __m512i sums = add_lanes(
            four_rows(codes, query->codes, stride), four_rows(codes + 4 * stride, query->codes, stride),
            four_rows(codes + 8 * stride, query->codes, stride), four_rows(codes + 12 * stride, query->codes, stride));
        __m512 products = _mm512_cvtepi32_ps(_mm512_sub_epi32(sums, correction));
        __m512 scores = _mm512_mul_ps(products, _mm512_loadu_ps(rows->scales + row));
        uint32_t passed = _mm512_cmp_ps_mask(scores, _mm512_set1_ps(top->threshold), _CMP_GT_OQ);
        if (passed != 0) offer_passed(rows, top, scores, passed, row);
    }
    for (; row < rows->end; row++, codes += stride) {
        int32_t sum = _mm512_reduce_add_epi32(row_sums(codes, query->codes, stride));
        scan_offer(rows, top, (float)(sum - query->correction) * rows->scales[row], row);
    }
}

TARGET void scan_rows_avx512vnni(const ScanQuery *query, const ScanRows *rows, ScanTop *top) {
    if (query->stride == ScanUsualStride) {
        scan(query, rows, top, ScanUsualStride);
    } else {
        scan(query, rows, top, query->stride);
    }
}

TARGET float scan_dot_avx512(const float *left, const float *right, size_t count) {
    __m512 sums[2] = {_mm512_setzero_ps(), _mm512_setzero_ps()};
    size_t i = 0;
    for (; i + 32 <= count; i += 32) {
        sums[0] = _mm512_fmadd_ps(_mm512_loadu_ps(left + i), _mm512_loadu_ps(right + i), sums[0]);
        sums[1] = _mm512_fmadd_ps(_mm512_loadu_ps(left + i + 16), _mm512_loadu_ps(right + i + 16), sums[1]);
    }
    for (; i < count; i += 16) {
        __mmask16 rest = count - i >= 16 ? 0xFFFF : (__mmask16)((1u << (count - i)) - 1);
        sums[0] = _mm512_fmadd_ps(_mm512_maskz_loadu_ps(rest, left + i), _mm512_maskz_loadu_ps(rest, right + i), sums[0]);
    }
    return _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1]));
}

#endif
