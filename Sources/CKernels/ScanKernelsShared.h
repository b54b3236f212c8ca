/// What the implementations of the scan share. Not part of the module.
#ifndef CKERNELS_SCAN_KERNELS_SHARED_H
#define CKERNELS_SCAN_KERNELS_SHARED_H

#include "ScanKernels.h"

/// The stride of the built-in encoder's 384 dimensions: the loops are compiled once for it and once for any.
enum { ScanUsualStride = 384 };

/// Puts a hit that scores more than the threshold in its place.
void scan_top_insert(ScanTop *top, ScanHit hit);

/// Offers one row; only here, after the threshold, is the mask looked at: almost no row gets this far.
static inline void scan_offer(const ScanRows *rows, ScanTop *top, float score, uint32_t row) {
    if (!(score > top->threshold)) return;
    if (rows->mask && !(rows->mask[row / 64] >> (row % 64) & 1)) return;
    scan_top_insert(top, (ScanHit){.score = score, .unit = rows->unit, .row = row});
}

#if defined(__x86_64__)
void scan_rows_avx2(const ScanQuery *query, const ScanRows *rows, ScanTop *top);
void scan_rows_avxvnni(const ScanQuery *query, const ScanRows *rows, ScanTop *top);
void scan_rows_avx512vnni(const ScanQuery *query, const ScanRows *rows, ScanTop *top);
float scan_dot_avx2(const float *left, const float *right, size_t count);
float scan_dot_avx512(const float *left, const float *right, size_t count);
#endif

#endif
