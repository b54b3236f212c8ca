// The encoder's kernels, written once. Each EncoderKernels<Instructions>.c defines what differs and includes this:
//   TARGET              the attribute that lets the compiler use the instructions
//   KERNELS             the name of the table that is defined at the end
//   LANES               floats in a vector
//   TILE_ROWS           rows of a tile, at most 12; its sums and its operands must fit into the registers
//   TILE_VECTORS        vectors in a row of a tile: a panel is as wide as a tile
//   BRAIN_FLOAT         1: operands are bfloat16 and come in pairs; 0: operands are floats
#include "CKernels.h"

#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline)) TARGET
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float vector __attribute__((ext_vector_type(LANES)));
typedef int32_t integers __attribute__((ext_vector_type(LANES)));
// The same, anywhere in memory.
typedef vector loose_vector __attribute__((aligned(4)));

enum {
    panel_width = LANES * TILE_VECTORS,
    dimensions = encoder_dimensions,
    head_dimensions = encoder_head_dimensions,
    most_tokens = encoder_most_tokens,
    // In bytes. Takes a third off the time of a query of 12 tokens (measured); distances from 8 to 32 kB do about as well.
    prefetch_distance = 16 << 10,
};

INLINE vector load(const float *from) { return *(const loose_vector *)from; }

INLINE void store(float *to, vector value) { *(loose_vector *)to = value; }

typedef float eight __attribute__((ext_vector_type(8)));
typedef float four __attribute__((ext_vector_type(4)));
typedef float two __attribute__((ext_vector_type(2)));

// Folds a vector to one number, halving it each time.
#if LANES == 16
#define FOLD(value, COMBINE)                                                                                                              \
    const eight eights = COMBINE(value.lo, value.hi);                                                                                     \
    const four fours = COMBINE(eights.lo, eights.hi);
#elif LANES == 8
#define FOLD(value, COMBINE) const four fours = COMBINE(value.lo, value.hi);
#else
#define FOLD(value, COMBINE) const four fours = value;
#endif
#define SUM(left, right) (left + right)
#define HIGHER(left, right) (left > right ? left : right)

INLINE float total(vector value) {
    FOLD(value, SUM)
    const two twos = SUM(fours.lo, fours.hi);
    return SUM(twos.x, twos.y);
}

INLINE float highest(vector value) {
    FOLD(value, HIGHER)
    const two twos = HIGHER(fours.lo, fours.hi);
    return HIGHER(twos.x, twos.y);
}

#if BRAIN_FLOAT

// Operands are multiplied in pairs, both products added to one sum: a panel holds two rows of weights interleaved.
typedef uint16_t operand;
enum { depth = 2 };

INLINE void store_operands(operand *to, vector value) { _mm256_storeu_si256((__m256i *)to, (__m256i)_mm512_cvtneps_pbh((__m512)value)); }

INLINE operand rounded(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (operand)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

typedef __m512bh multiplicand;

INLINE multiplicand spread(const operand *from) {
    int32_t pair;
    memcpy(&pair, from, sizeof pair);
    return (__m512bh)_mm512_set1_epi32(pair);
}

INLINE multiplicand load_operands(const operand *from) { return (__m512bh)_mm512_loadu_si512(from); }

INLINE vector add_product(vector sum, multiplicand left, multiplicand right) {
    return (vector)_mm512_dpbf16_ps((__m512)sum, left, right);
}

#else

typedef float operand;
enum { depth = 1 };

INLINE void store_operands(operand *to, vector value) { store(to, value); }

INLINE operand rounded(float value) { return value; }

typedef vector multiplicand;

INLINE multiplicand spread(const operand *from) { return (vector)*from; }

INLINE multiplicand load_operands(const operand *from) { return load(from); }

// One rounding where the processor has a fused multiply-add, two elsewhere.
INLINE vector add_product(vector sum, multiplicand left, multiplicand right) { return sum + left * right; }

#endif

// MARK: products

// The sums of `rows` rows (a constant) of operands with one panel, over `steps` steps of `depth` operands each.
INLINE void tile_of(const int rows, const operand *left, size_t left_stride, const operand *panel, size_t panel_stride, size_t steps,
                    float *sums, size_t sums_stride) {
    vector sum[TILE_ROWS][TILE_VECTORS];
    UNROLL for (int row = 0; row < rows; row++) {
        UNROLL for (int part = 0; part < TILE_VECTORS; part++) sum[row][part] = 0;
    }
    for (size_t step = 0; step < steps; step++) {
        multiplicand right[TILE_VECTORS];
        UNROLL for (int part = 0; part < TILE_VECTORS; part++) right[part] = load_operands(panel + part * LANES * depth);
        UNROLL for (int row = 0; row < rows; row++) {
            multiplicand value = spread(left + row * left_stride);
            UNROLL for (int part = 0; part < TILE_VECTORS; part++) sum[row][part] = add_product(sum[row][part], value, right[part]);
        }
        // The processor fetches ahead within a page only, which for a few rows is not enough to hide the memory behind the weights.
        UNROLL for (int line = 0; line < panel_width * depth * (int)sizeof(operand); line += 64) {
            __builtin_prefetch((const char *)panel + prefetch_distance + line);
        }
        left += depth;
        panel += panel_stride;
    }
    UNROLL for (int row = 0; row < rows; row++) {
        UNROLL for (int part = 0; part < TILE_VECTORS; part++) store(sums + row * sums_stride + part * LANES, sum[row][part]);
    }
}

static TARGET void tile(size_t rows, const operand *left, size_t left_stride, const operand *panel, size_t panel_stride, size_t steps,
                        float *sums, size_t sums_stride) {
#define TILE(count)                                                                                                                       \
    case count: tile_of(count, left, left_stride, panel, panel_stride, steps, sums, sums_stride); break;
    switch (rows) {
        TILE(1)
        TILE(2)
        TILE(3)
        TILE(4)
#if TILE_ROWS > 4
        TILE(5)
        TILE(6)
#endif
#if TILE_ROWS > 6
        TILE(7)
        TILE(8)
        TILE(9)
        TILE(10)
        TILE(11)
        TILE(12)
#endif
    }
#undef TILE
}

// Rows are cut into tiles of nearly equal height, because a low tile keeps the processor's multipliers waiting.
INLINE size_t tiles_for(size_t rows) { return (rows + TILE_ROWS - 1) / TILE_ROWS; }

// x times the normal distribution function of x, which is 1/2 + t p(t^2) with t = x within -5 ... 5. The polynomial is a weighted
// least-squares fit at Chebyshev nodes, in s = 2 t^2 / 25 - 1 so that its terms stay small; absolute error below 2.4e-7.
INLINE vector gelu(vector x) {
    static const float coefficients[] = {
        0.141363785f, -0.0702963322f, 0.0515209995f, -0.0404414274f, 0.0314360596f, -0.0232758764f, 0.0164303984f,
        -0.0111465482f, 0.00635232823f, -0.00270449882f, 0.00177753845f, -0.00160602352f, 0.000589574163f,
    };
    const int count = sizeof coefficients / sizeof *coefficients;
    vector t = x < -5.0f ? (vector)-5.0f : x;
    t = t > 5.0f ? (vector)5.0f : t;
    vector s = t * t * 0.08f - 1.0f;
    vector p = coefficients[count - 1];
    UNROLL for (int power = count - 2; power >= 0; power--) p = p * s + coefficients[power];
    return x * (t * p + 0.5f);
}

static TARGET void multiply(const void *input, size_t rows, size_t inputs, const void *packed, const float *bias, size_t outputs,
                            size_t first_panel, size_t end_panel, enum encoder_finish finish, void *output) {
    float sums[TILE_ROWS][panel_width] __attribute__((aligned(64)));
    const size_t tiles = tiles_for(rows);
    for (size_t panel = first_panel; panel < end_panel; panel++) {
        const operand *weights = (const operand *)packed + panel * panel_width * inputs;
        const size_t column = panel * panel_width;
        for (size_t number = 0; number < tiles; number++) {
            const size_t first = rows * number / tiles, end = rows * (number + 1) / tiles;
            tile(end - first, (const operand *)input + first * inputs, inputs, weights, panel_width * depth, inputs / depth, sums[0],
                 panel_width);
            for (size_t row = first; row < end; row++) {
                const float *from = sums[row - first];
                const size_t start = row * outputs + column;
                for (int part = 0; part < TILE_VECTORS; part++) {
                    const size_t at = start + part * LANES;
                    const vector value = load(from + part * LANES) + load(bias + column + part * LANES);
                    switch (finish) {
                    case encoder_store: store_operands((operand *)output + at, value); break;
                    case encoder_gelu: store_operands((operand *)output + at, gelu(value)); break;
                    case encoder_accumulate: store((float *)output + at, load((float *)output + at) + value); break;
                    }
                }
            }
        }
    }
}

static TARGET void pack(const float *weights, size_t outputs, size_t inputs, float scale, void *packed) {
    operand *to = packed;
    for (size_t column = 0; column < outputs; column += panel_width) {
        for (size_t input = 0; input < inputs; input += depth) {
            for (size_t lane = 0; lane < panel_width; lane++) {
                for (size_t part = 0; part < depth; part++) *to++ = rounded(weights[(column + lane) * inputs + input + part] * scale);
            }
        }
    }
}

// MARK: attention

// e to the power of x, for x from -87 to 0 (what is lower counts as -87): 2^n times a polynomial, relative error below 3e-7.
INLINE vector exponential(vector x) {
    // Adding and taking away 1.5 * 2^23 rounds to an integer, which then stands in the lowest bits.
    const float shift = 12582912.0f;
    x = x < -87.0f ? (vector)-87.0f : x;
    vector shifted = x * 1.44269504f + shift;
    vector n = shifted - shift;
    vector r = x - n * 0.693359375f + n * 2.12194440e-4f;
    vector p = r * (1.0f / 720) + (1.0f / 120);
    p = p * r + (1.0f / 24);
    p = p * r + (1.0f / 6);
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    return (vector)((integers)p + ((integers)shifted << 23));
}

// Exponentials of a row of scores less its highest, as operands. Returns their sum. The row is filled up to whole vectors.
INLINE float soften(float *scores, size_t tokens, operand *weights) {
    const size_t end = (tokens + LANES - 1) / LANES * LANES;
    for (size_t at = tokens; at < end; at++) scores[at] = -INFINITY;
    vector tops = load(scores);
    for (size_t at = LANES; at < end; at += LANES) {
        const vector value = load(scores + at);
        tops = HIGHER(value, tops);
    }
    const float top = highest(tops);
    vector sum = 0;
    for (size_t at = 0; at < end; at += LANES) {
        const vector value = exponential(load(scores + at) - top);
        sum += value;
        store_operands(weights + at, value);
    }
    return total(sum);
}

static TARGET void attend(const void *projections, size_t tokens, size_t first_head, size_t end_head, void *context) {
    enum { stride = encoder_attention_dimensions };
    operand keys[most_tokens * head_dimensions] __attribute__((aligned(64)));
    float scores[TILE_ROWS][most_tokens] __attribute__((aligned(64)));
    operand weights[TILE_ROWS][most_tokens] __attribute__((aligned(64)));
    float sums[TILE_ROWS][panel_width] __attribute__((aligned(64)));
    float scales[TILE_ROWS];
    const size_t tiles = tiles_for(tokens), panels = (tokens + panel_width - 1) / panel_width;
    // An odd number of tokens is filled up with a value of zero, so that pairs come out even.
    const size_t steps = (tokens + depth - 1) / depth;
    for (size_t head = first_head; head < end_head; head++) {
        const operand *queries = (const operand *)projections + head * head_dimensions;
        const operand *values = queries + 2 * dimensions;
        memset(keys, 0, panels * panel_width * head_dimensions * sizeof(operand));
        for (size_t key = 0; key < tokens; key++) {
            const operand *from = queries + dimensions + key * stride;
            operand *to = keys + key / panel_width * panel_width * head_dimensions + key % panel_width * depth;
            UNROLL for (int at = 0; at < head_dimensions; at += depth) {
                memcpy(to + at * panel_width, from + at, depth * sizeof(operand));
            }
        }
#if BRAIN_FLOAT
        operand pairs[most_tokens * head_dimensions] __attribute__((aligned(64)));
        static const operand nothing[head_dimensions];
        for (size_t token = 0; token < tokens; token += depth) {
            const operand *even = values + token * stride, *odd = token + 1 < tokens ? even + stride : nothing;
            operand *to = pairs + token * head_dimensions;
            for (size_t at = 0; at < head_dimensions; at++) {
                to[at * depth] = even[at];
                to[at * depth + 1] = odd[at];
            }
        }
        const operand *value_panel = pairs;
        const size_t value_stride = depth * head_dimensions;
#else
        const operand *value_panel = values;
        const size_t value_stride = stride;
#endif
        for (size_t number = 0; number < tiles; number++) {
            const size_t first = tokens * number / tiles, rows = tokens * (number + 1) / tiles - first;
            for (size_t panel = 0; panel < panels; panel++) {
                tile(rows, queries + first * stride, stride, keys + panel * panel_width * head_dimensions, panel_width * depth,
                     head_dimensions / depth, scores[0] + panel * panel_width, most_tokens);
            }
            for (size_t row = 0; row < rows; row++) scales[row] = 1.0f / soften(scores[row], tokens, weights[row]);
            for (size_t column = 0; column < head_dimensions; column += panel_width) {
                tile(rows, weights[0], most_tokens, value_panel + column * depth, value_stride, steps, sums[0], panel_width);
                for (size_t row = 0; row < rows; row++) {
                    operand *to = (operand *)context + (first + row) * dimensions + head * head_dimensions + column;
                    for (int part = 0; part < TILE_VECTORS; part++) {
                        store_operands(to + part * LANES, load(sums[row] + part * LANES) * scales[row]);
                    }
                }
            }
        }
    }
}

// MARK: rows

INLINE void normalize_row(float *hidden, const float *weight, const float *bias, operand *operands) {
    vector sum = 0, squares = 0;
    for (int at = 0; at < dimensions; at += LANES) sum += load(hidden + at);
    const float mean = total(sum) / dimensions;
    for (int at = 0; at < dimensions; at += LANES) {
        const vector difference = load(hidden + at) - mean;
        squares += difference * difference;
    }
    const float scale = 1.0f / sqrtf(total(squares) / dimensions + 1e-12f);
    for (int at = 0; at < dimensions; at += LANES) {
        const vector value = (load(hidden + at) - mean) * scale * load(weight + at) + load(bias + at);
        store(hidden + at, value);
        store_operands(operands + at, value);
    }
}

static TARGET void normalize(float *hidden, size_t rows, const float *weight, const float *bias, void *operands) {
    for (size_t row = 0; row < rows; row++) {
        normalize_row(hidden + row * dimensions, weight, bias, (operand *)operands + row * dimensions);
    }
}

static TARGET void embed(const int32_t *ids, size_t tokens, const uint16_t *words, const float *positions, const float *weight,
                         const float *bias, float *hidden, void *operands) {
    for (size_t token = 0; token < tokens; token++) {
        const uint16_t *word = words + (size_t)ids[token] * dimensions;
        float *row = hidden + token * dimensions;
        for (size_t at = 0; at < dimensions; at++) {
            // The exponent of a half is 112 lower; multiplying repairs it, and the numbers below its normal range too.
            const uint32_t half = word[at], bits = (half & 0x8000) << 16 | (half & 0x7FFF) << 13;
            float value;
            memcpy(&value, &bits, sizeof value);
            row[at] = value * 0x1p112f + positions[token * dimensions + at];
        }
        normalize_row(row, weight, bias, (operand *)operands + token * dimensions);
    }
}

static TARGET void pool(const float *hidden, size_t tokens, float *pooled) {
    vector squares = 0;
    for (int at = 0; at < dimensions; at += LANES) {
        vector sum = 0;
        for (size_t token = 0; token < tokens; token++) sum += load(hidden + token * dimensions + at);
        sum *= 1.0f / (float)tokens;
        squares += sum * sum;
        store(pooled + at, sum);
    }
    const float length = sqrtf(total(squares));
    const float scale = length > 0 ? 1.0f / length : 0;
    for (int at = 0; at < dimensions; at += LANES) store(pooled + at, load(pooled + at) * scale);
}

const struct encoder_kernels KERNELS = {
    .operand_size = sizeof(operand),
    .panel_width = panel_width,
    .pack = pack,
    .multiply = multiply,
    .attend = attend,
    .embed = embed,
    .normalize = normalize,
    .pool = pool,
};
