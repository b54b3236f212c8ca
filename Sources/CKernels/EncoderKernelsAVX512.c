// The encoder's kernels for AVX-512: 32 registers of 16 floats.
#if defined(__x86_64__)
#define TARGET __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#define KERNELS encoder_kernels_avx512
#define LANES 16
#define TILE_ROWS 12
#define TILE_VECTORS 2
#define BRAIN_FLOAT 0
#include "EncoderKernelsBody.h"
#endif
