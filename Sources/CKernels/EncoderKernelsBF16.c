// The encoder's kernels for AVX-512 with products of bfloat16 pairs.
#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx512bf16,avx2,fma")))
#define KERNELS encoder_kernels_bf16
#define LANES 16
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define BRAIN_FLOAT 1
#include "EncoderKernelsBody.h"
#endif
