#include "ScanKernelsShared.h"

#include <math.h>

bool scan_kernel_is_supported(ScanKernel kernel) {
    switch (kernel) {
    case ScanKernelPlain:
        return true;
#if defined(__x86_64__)
    case ScanKernelAVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case ScanKernelAVXVNNI:
        return __builtin_cpu_supports("avxvnni") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case ScanKernelAVX512VNNI:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni");
#endif
    default:
        return false;
    }
}

ScanKernel scan_kernel_best(void) {
    for (int kernel = ScanKernelAVX512VNNI; kernel > ScanKernelPlain; kernel--) {
        if (scan_kernel_is_supported((ScanKernel)kernel)) return (ScanKernel)kernel;
    }
    return ScanKernelPlain;
}

float scan_quantize(const float *vector, size_t count, int8_t *codes) {
    float largest = 0;
    for (size_t i = 0; i < count; i++) largest = fmaxf(largest, fabsf(vector[i]));
    // Divided first, so that a component of any size, denormal ones too, becomes -1 to 1 and no inverse overflows.
    for (size_t i = 0; i < count; i++) codes[i] = largest > 0 ? (int8_t)rintf(vector[i] / largest * 127) : 0;
    return largest / 127;
}

/// Of equal scores the later row is worse.
static bool is_worse(ScanHit left, ScanHit right) {
    if (left.score != right.score) return left.score < right.score;
    return left.unit != right.unit ? left.unit > right.unit : left.row > right.row;
}

void scan_top_insert(ScanTop *top, ScanHit hit) {
    ScanHit *hits = top->hits;
    uint32_t place;
    if (top->count < top->capacity) {
        place = top->count++;
        while (place > 0 && is_worse(hit, hits[(place - 1) / 2])) {
            hits[place] = hits[(place - 1) / 2];
            place = (place - 1) / 2;
        }
    } else {
        place = 0;
        for (;;) {
            uint32_t child = 2 * place + 1;
            if (child >= top->count) break;
            if (child + 1 < top->count && is_worse(hits[child + 1], hits[child])) child++;
            if (!is_worse(hits[child], hit)) break;
            hits[place] = hits[child];
            place = child;
        }
    }
    hits[place] = hit;
    if (top->count == top->capacity) top->threshold = hits[0].score;
}

static void scan_rows_plain(const ScanQuery *query, const ScanRows *rows, ScanTop *top) {
    for (uint32_t row = rows->first; row < rows->end; row++) {
        const uint8_t *codes = rows->codes + row * query->stride;
        int32_t sum = 0;
        for (size_t i = 0; i < query->stride; i++) sum += (int32_t)codes[i] * query->codes[i];
        scan_offer(rows, top, (float)(sum - query->correction) * rows->scales[row], row);
    }
}

static float scan_dot_plain(const float *left, const float *right, size_t count) {
    float sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (size_t lane = 0; lane < 8; lane++) sums[lane] += left[i + lane] * right[i + lane];
    }
    float sum = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
    for (; i < count; i++) sum += left[i] * right[i];
    return sum;
}

void scan_rows(ScanKernel kernel, const ScanQuery *query, const ScanRows *rows, ScanTop *top) {
    switch (kernel) {
#if defined(__x86_64__)
    case ScanKernelAVX2:
        return scan_rows_avx2(query, rows, top);
    case ScanKernelAVXVNNI:
        return scan_rows_avxvnni(query, rows, top);
    case ScanKernelAVX512VNNI:
        return scan_rows_avx512vnni(query, rows, top);
#endif
    default:
        return scan_rows_plain(query, rows, top);
    }
}

float scan_dot(ScanKernel kernel, const float *left, const float *right, size_t count) {
    switch (kernel) {
#if defined(__x86_64__)
    case ScanKernelAVX2:
    case ScanKernelAVXVNNI:
        return scan_dot_avx2(left, right, count);
    case ScanKernelAVX512VNNI:
        return scan_dot_avx512(left, right, count);
#endif
    default:
        return scan_dot_plain(left, right, count);
    }
}
