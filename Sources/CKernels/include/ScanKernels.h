/// The exact scan of vector search: dot products of one query with rows of 8-bit codes, fused with a threshold and the best so far, and the
/// 32-bit dot product that rescores them. All implementations give the same scores to the last bit; only `scan_dot` may differ between
/// them in the last digits. Nothing here allocates, and every pointer is the caller's.
#ifndef CKERNELS_SCAN_KERNELS_H
#define CKERNELS_SCAN_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The implementations, slowest first.
typedef enum {
    ScanKernelPlain = 0,
    /// AVX2 and FMA.
    ScanKernelAVX2 = 1,
    /// AVX2 with the 8-bit dot products of VNNI.
    ScanKernelAVXVNNI = 2,
    /// AVX-512 (F, BW) with VNNI.
    ScanKernelAVX512VNNI = 3,
} ScanKernel;

/// Whether this processor can run a kernel.
bool scan_kernel_is_supported(ScanKernel kernel);

/// The fastest kernel that this processor can run.
ScanKernel scan_kernel_best(void);

/// Rows are padded to a multiple of this many codes.
enum { ScanBlockBytes = 64 };

/// More codes in a row than this could overflow a sum.
enum { ScanMaximumStride = 32768 };

/// A code is a component divided by its row's scale, rounded, plus this: unsigned for the rows, because the processor multiplies unsigned by
/// signed bytes.
enum { ScanCodeOffset = 128 };

/// Quantises a vector of `count` finite floats: the largest magnitude becomes 127. Writes `count` codes from -127 to 127 and returns the
/// scale (component ≈ scale x code); a vector of zeros has the scale 0.
float scan_quantize(const float *vector, size_t count, int8_t *codes);

/// A query as the kernels read it.
typedef struct {
    /// `stride` codes, zero behind the last component; aligned to 64 bytes.
    const int8_t *codes;
    /// A multiple of `ScanBlockBytes`, at most `ScanMaximumStride`.
    size_t stride;
    /// `ScanCodeOffset` x the sum of the codes: what the rows' offset adds to every sum.
    int32_t correction;
} ScanQuery;

/// Rows `first` to `end` - 1 of one unit.
typedef struct {
    /// The unit's codes plus `ScanCodeOffset`, `stride` bytes a row, from row 0.
    const uint8_t *codes;
    /// The unit's scales, from row 0. Whatever they are, reading is safe; a row whose scale is not a number is never found.
    const float *scales;
    /// Bit i % 64 of word i / 64 says whether row i may be found; NULL: all may. Must reach to `end`.
    const uint64_t *mask;
    /// The number under which hits report this unit.
    uint32_t unit;
    uint32_t first;
    uint32_t end;
} ScanRows;

/// A row found. `score` is the row's scale x the product of the codes: times the query's scale it approximates the dot product.
typedef struct {
    float score;
    uint32_t unit;
    uint32_t row;
} ScanHit;

/// The best rows so far: a heap whose root is the worst. Of equal scores the lower unit, then the lower row is better, provided that rows
/// are scanned in that order.
typedef struct {
    /// Room for `capacity` hits, at least 1.
    ScanHit *hits;
    uint32_t capacity;
    uint32_t count;
    /// A row must score more than this. Starts at minus infinity, or at what is of no interest.
    float threshold;
} ScanTop;

/// Scores the rows and keeps the best in `top`. The kernel must be supported.
void scan_rows(ScanKernel kernel, const ScanQuery *query, const ScanRows *rows, ScanTop *top);

/// The dot product of `count` floats, for which no alignment is needed. The kernel must be supported.
float scan_dot(ScanKernel kernel, const float *left, const float *right, size_t count);

#endif
