/// The hot loops of sentence encoding and of vector search, in C. Which instructions they use is chosen at run time.
#ifndef CKERNELS_H
#define CKERNELS_H

#include "EncoderKernels.h"
#include "ScanKernels.h"

#endif
