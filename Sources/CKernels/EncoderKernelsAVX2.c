// The encoder's kernels for AVX2 and FMA: 16 registers of 8 floats.
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#define KERNELS encoder_kernels_avx2
#define LANES 8
#define TILE_ROWS 6
#define TILE_VECTORS 2
#define BRAIN_FLOAT 0
#include "EncoderKernelsBody.h"
#endif
