// The weights of a hardware-aware training step in one go: the mapping scale of each tile, the weights in its units, noise.
// The meaning is the crossbar room's reference (src/crossbar/layer/noisy-weights.ts).
#include "conv2d.h"

#include "../simd/normals.h"
#include "../threads/context.h"

namespace kh {
namespace KH_ARCH {
namespace {

/** The tile row of each row of the matrix. */
const int* partsOfRows(Arena& arena, const NoisyWeightsDesc& d) {
  int* parts = arena.ints((size_t)d.taps * d.channels);
  for (int tap = 0; tap < d.taps; ++tap) {
    int part = 0;
    for (int c = 0; c < d.channels; ++c) {
      while (c * d.taps + tap >= d.rowCuts[part + 1]) ++part;
      parts[tap * d.channels + c] = part;
    }
  }
  return parts;
}

/** Calls body(first column, width) for every vector of columns. */
template <class F>
KH_INLINE void forColumns(int cols, const F& body) {
  for (int i = 0; i < cols; i += L) body(i, imin(L, cols - i));
}

KH_INLINE vf loadWidth(const float* p, int width) { return width == L ? load(p) : loadPart(p, width); }
KH_INLINE void storeWidth(float* p, vf v, int width) {
  if (width == L) store(p, v);
  else storePart(p, v, width);
}

/** Every column of a tile gets the largest value of the tile's columns. */
void widenToTiles(const NoisyWeightsDesc& d, const float* from, float* to) {
  for (int block = 0; block < d.blocks; ++block) {
    float largest = 0;
    for (int c = d.colCuts[block]; c < d.colCuts[block + 1]; ++c) largest = largest < from[c] ? from[c] : largest;
    for (int c = d.colCuts[block]; c < d.colCuts[block + 1]; ++c) to[c] = largest;
  }
}

/** Scales of one tile row from the largest weights of its columns, and the deviation of the noise in each column. */
void scaleTileRow(const NoisyWeightsDesc& d, const float* columnMax, float* scales, float* sigma, float* relative) {
  if (d.columnwise) memcpy(scales, columnMax, d.cols * sizeof(float));
  else widenToTiles(d, columnMax, scales);
  for (int c = 0; c < d.cols; ++c) {
    const float scale = scales[c] / d.omega;
    scales[c] = scale == 0 ? 1.0f : scale;
    relative[c] = columnMax[c] / scales[c];
  }
  widenToTiles(d, relative, sigma);
  for (int c = 0; c < d.cols; ++c) {
    const float largest = d.assumedMax > 0 ? d.assumedMax : sigma[c] == 0 ? d.emptyMax : sigma[c];
    sigma[c] = largest * d.stdDev;
  }
}

}  // namespace

void noisyWeights(Context& context, const NoisyWeightsDesc& d, const float* w, float* analog, float* scales, float* logical) {
  Arena& arena = context.arena(0);
  ArenaScope scope(arena);
  const int rows = d.taps * d.channels, cols = d.cols;
  const int* parts = partsOfRows(arena, d);
  float* columnMax = arena.floats((size_t)d.tiles * cols);
  float* sigma = arena.floats((size_t)d.tiles * cols);
  float* relative = arena.floats(cols);
  memset(columnMax, 0, (size_t)d.tiles * cols * sizeof(float));
  for (int row = 0; row < rows; ++row) {
    float* largest = columnMax + (int64_t)parts[row] * cols;
    forColumns(cols, [&](int c, int width) {
      storeWidth(largest + c, vmax(loadWidth(largest + c, width), vabs(loadWidth(w + (int64_t)row * cols + c, width))), width);
    });
  }
  for (int tile = 0; tile < d.tiles; ++tile) {
    const int64_t at = (int64_t)tile * cols;
    scaleTileRow(d, columnMax + at, scales + at, sigma + at, relative);
  }

  const PhiloxSource source = {{d.key[0], d.key[1]}, {d.stream[0], d.stream[1]}, d.block};
  const int chunk = imax(1, 4096 / cols);  // rows whose noise is drawn at a time
  const int chunks = ceilDiv(rows, chunk);
  context.parallel(chunks, [&](int item, int worker) {
    Arena& own = context.arena(worker);
    ArenaScope inner(own);
    const int first = item * chunk, last = imin(rows, first + chunk);
    float* buffer = own.floats((size_t)chunk * cols + kPhiloxSlack);
    const float* noise = normalsAt(source, (int64_t)first * cols, (int64_t)(last - first) * cols, buffer);
    for (int row = first; row < last; ++row, noise += cols) {
      const int64_t at = (int64_t)row * cols, tile = (int64_t)parts[row] * cols;
      forColumns(cols, [&](int c, int width) {
        const vf scale = width == L ? load(scales + tile + c) : loadPart(scales + tile + c, width);
        const vf value = loadWidth(w + at + c, width) / scale + loadWidth(sigma + tile + c, width) * loadWidth(noise + c, width);
        storeWidth(analog + at + c, value, width);
        storeWidth(logical + at + c, value * scale, width);
      });
    }
  });
}

}  // namespace KH_ARCH
}  // namespace kh
