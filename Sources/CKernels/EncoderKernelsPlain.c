// The encoder's kernels in C alone: vectors of four floats, which every processor of today has, or the compiler takes apart.
#define TARGET
#define KERNELS encoder_kernels_plain
#define LANES 4
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define BRAIN_FLOAT 0
#include "EncoderKernelsBody.h"
