// A layer on analog tiles in one pass: the DAC works while patches are brought into the slab, each tile's product stays in
// registers, and noise, ADC and scales are applied before the store. The meaning of every step is the crossbar room's
// reference of plain tensor operations (src/crossbar).
#include <cfloat>

#include "conv2d.h"

#include "conv2d-sinks.h"
#include "gemm-block.h"
#include "quantise.h"
#include "slab.h"
#include "../simd/normals.h"

namespace kh {
namespace KH_ARCH {
namespace {

constexpr float kScaledMost = 1.000001f;  // what a product with a rounded reciprocal can exceed 1 by, and more
constexpr int kNoiseFloats = 4096;  // numbers drawn at a time: they share the first-level cache with patches and weights

/**
 * What a periphery does. Where there are noise, rounding at both ends and a bound, weights, noise and bounds come in steps of
 * the ADC and the scales carry the step, so that one addition, one rounding and one multiply-add are left. (The exact division
 * by the step matters where sums are exact: not under noise.)
 */
enum Periphery {
  kGeneral,      // any of these steps may be missing
  kInSteps,      // in steps of the ADC, without noise management
  kScaledSteps,  // in steps of the ADC; each position has an alpha
};

/** The rows of one tile. */
struct Tile {
  Run* runs;         // where they lie in a patch
  int runCount;
  int rows;
  const float* packed;
};

struct Layer {
  Conv2DDesc d;
  AnalogDesc a;
  Slab slab;
  Tile* tiles;
  const float* x;
  const float* scales;  // [tiles][padded outputs]
  const float* bias;    // padded
  Periphery periphery;
  float* y;
  uint8_t* clipped;
  int64_t* clippedOfItem;
  int64_t positions;
  int padded;           // outputs rounded up to whole vectors
  int chunk;            // positions whose noise is drawn at a time
  PhiloxSource noise;
};

/** Scaling into the input range, while values are copied. */
struct RangeCopy {
  float scale;
  bool clip;
  KH_INLINE vf apply(const RangeCopy& c, vf v) {
    v *= splat(c.scale);
    return c.clip ? clipTo(v, 1.0f) : v;
  }
  void operator()(float* to, const float* from, int64_t count) const {
    int64_t i = 0;
    for (; i + L <= count; i += L) store(to + i, apply(*this, load(from + i)));
    if (i < count) storePart(to + i, apply(*this, loadPart(from + i, (int)(count - i))), (int)(count - i));
  }
};

/** The DAC. Its output is in tile units, or, with `inSteps`, a number of steps: the weights then carry the step. */
struct Dac {
  Divider grid;
  float bound;  // in the unit of the output; <= 0: none
  float most;   // far beyond the bound, but with a finite number of steps; <= 0: inputs are within their range already
  bool inSteps;
  Dac(const AnalogDesc& a, bool steps) : grid(a.inpStep), bound(steps ? a.inpBound * grid.inverse : a.inpBound), most(0), inSteps(steps) {
    if (a.inpStep > 0 && withinBound(a)) bound = 0;
    if (bound > 0 && a.inpStep > 0 && !a.clipRange && !a.absMax) most = FLT_MAX / 2 * (a.inpStep < 1.0f ? a.inpStep : 1.0f);
  }
  /** Values that were clipped to [-1, 1], or divided by their largest magnitude, seldom need another clip. */
  static bool withinBound(const AnalogDesc& a) {
    const float largest = a.absMax ? kScaledMost : 1.0f;
    return (a.clipRange || a.absMax) && __builtin_rintf(largest / a.inpStep) * a.inpStep <= a.inpBound;
  }
  KH_INLINE vf apply(const Dac& dac, vf v) {
    if (dac.most > 0) v = clipTo(v, dac.most);
    if (dac.inSteps) v = dac.grid.steps(v);
    else if (dac.grid.step > 0) v = dac.grid.round(v);
    return dac.bound > 0 ? clipTo(v, dac.bound) : v;
  }
};

struct DacCopy {
  RangeCopy range;
  Dac dac;
  KH_INLINE vf apply(const DacCopy& c, vf v) { return Dac::apply(c.dac, RangeCopy::apply(c.range, v)); }
  void operator()(float* to, const float* from, int64_t count) const {
    int64_t i = 0;
    for (; i + L <= count; i += L) store(to + i, apply(*this, load(from + i)));
    if (i < count) storePart(to + i, apply(*this, loadPart(from + i, (int)(count - i))), (int)(count - i));
  }
};

/** Noise, ADC and scales for the rows of one register block. */
template <Periphery Kind>
struct TileSink {
  Divider grid;
  float outBound, clipBound, sigma;
  float lateBound;       // clips behind the mask; 0: the ADC has clipped already
  const float* noise;    // [row][outputs], at the panel's first column; null without noise
  const float* alpha;    // of the block's rows; null without noise management
  const float* scale;    // at the panel's first column
  const float* bias;     // likewise
  float floor;           // 0 for a ReLU behind the last tile, else -infinity
  float* out;            // y at the block's first row and the panel's first column
  uint8_t* mask;         // likewise, or null
  int64_t* maskCount;
  int outputs, columns;  // row stride; valid columns from the panel's first one
  bool first;            // the first tile starts from the bias, the others from the sum so far

  template <int P, int V, bool Whole>
  inline __attribute__((always_inline)) void take(vf (&acc)[P][V], int count) const {
    convert<P, V, Whole>(acc, count);
    if (mask && __builtin_expect(anyReaches<P, V, Whole>(acc, count), 0)) {
      vf values[P][V];  // of their own: those of the block have no address
      forBlock<P, V, true>(P, [&](int p, int v) __attribute__((always_inline)) { values[p][v] = acc[p][v]; });
      markClipped(&values[0][0], V, count, imin(V * L, columns), clipBound, mask, outputs, maskCount);
    }
    if (lateBound > 0) forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) { acc[p][v] = clipTo(acc[p][v], lateBound); });
    if (first) scaleAndAdd<P, V, Whole>(acc, count, [this](int, int v) __attribute__((always_inline)) { return load(bias + v * L); });
    else if (columns >= V * L) scaleAndAdd<P, V, Whole>(acc, count, [this](int p, int v) __attribute__((always_inline)) { return load(rowOf(p) + v * L); });
    else scaleAndAdd<P, V, Whole>(acc, count, [this](int p, int v) __attribute__((always_inline)) {
      return v < V - 1 ? load(rowOf(p) + v * L) : loadPart(rowOf(p) + v * L, columns - v * L);
    });
    storeBlock<P, V, Whole>(acc, count, columns, [this](int p) __attribute__((always_inline)) { return rowOf(p); });
  }

  inline __attribute__((always_inline)) float* rowOf(int p) const { return out + (int64_t)p * outputs; }

  /** Noise, ADC and the patch's own scale. */
  template <int P, int V, bool Whole>
  inline __attribute__((always_inline)) void convert(vf (&acc)[P][V], int count) const {
    const auto noiseAt = [this](int p, int v) __attribute__((always_inline)) { return load(noise + (int64_t)p * outputs + v * L); };
    if (Kind != kGeneral) {
      forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) {
        acc[p][v] = clipTo(vrint(acc[p][v] + noiseAt(p, v)), outBound);
        if (Kind == kScaledSteps) acc[p][v] *= splat(alpha[p]);
      });
      return;
    }
    if (noise) forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) { acc[p][v] += splat(sigma) * noiseAt(p, v); });
    if (grid.step > 0) forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) { acc[p][v] = grid.round(acc[p][v]); });
    if (outBound > 0) forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) { acc[p][v] = clipTo(acc[p][v], outBound); });
    if (alpha) forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) { acc[p][v] *= splat(alpha[p]); });
  }

  /** acc = max(acc * scale + others, floor), the digital side behind the ADC; the order of the operands keeps NaN. */
  template <int P, int V, bool Whole, class Others>
  inline __attribute__((always_inline)) void scaleAndAdd(vf (&acc)[P][V], int count, const Others& others) const {
    forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) {
      acc[p][v] = vmax(splat(floor), multiplyAdd(acc[p][v], load(scale + v * L), others(p, v)));
    });
  }

  template <int P, int V, bool Whole>
  inline __attribute__((always_inline)) bool anyReaches(const vf (&acc)[P][V], int count) const {
    vf largest[4] = {zero(), zero(), zero(), zero()};  // one alone would wait for itself
    forBlock<P, V, Whole>(count, [&](int p, int v) __attribute__((always_inline)) {
      vf& one = largest[(p * V + v) % 4];
      one = vmax(vabs(acc[p][v]), one);  // in this order NaN is passed over
    });
    return reaches(vmax(vmax(largest[0], largest[1]), vmax(largest[2], largest[3])), clipBound);
  }

  static inline __attribute__((always_inline)) bool reaches(vf value, float bound) {
#if defined(__AVX512F__)
    return _mm512_cmp_ps_mask((__m512)value, (__m512)splat(bound), _CMP_GE_OQ) != 0;
#else
    return anyTrue(value >= splat(bound));
#endif
  }

  /** Outputs rarely reach the bound, so only ones are written. `values`: `vectors` vectors for each row, one row after the other. */
  static void markClipped(const vf* values, int vectors, int rows, int columns, float bound, uint8_t* mask, int stride, int64_t* maskCount)
      __attribute__((noinline)) {
    for (int p = 0; p < rows; ++p) {
      for (int i = 0; i < columns; ++i) {
        if (!(__builtin_fabsf(values[p * vectors + i / L][i % L]) >= bound)) continue;
        mask[(int64_t)p * stride + i] = 1;
        ++*maskCount;
      }
    }
  }
};

template <int V, Periphery P>
void tilePanel(const TileSink<P>& all, int rows, const float* base, const int* origins, const Run* runs, int runCount, const float* panel, int column) {
  const auto makeSink = [&](int row) __attribute__((always_inline)) {
    TileSink<P> sink = all;
    const int64_t at = (int64_t)row * all.outputs + column;
    if (sink.noise) sink.noise += at;
    if (sink.alpha) sink.alpha += row;
    sink.scale += column;
    sink.bias += column;
    sink.out += at;
    if (sink.mask) sink.mask += at;
    sink.columns = all.outputs - column;
    return sink;
  };
  panelRows<V>(rows, base, origins, runs, runCount, panel, makeSink);
}

template <Periphery P>
void tilePanels(const TileSink<P>& all, int rows, const float* base, const int* origins, const Tile& tile, const Run* runs, int runCount) {
  const float* panel = tile.packed;
  for (int column = 0; column < all.outputs;) {
    const int vectors = panelVectors(ceilDiv(all.outputs - column, L));
    if (vectors == 1) tilePanel<1>(all, rows, base, origins, runs, runCount, panel, column);
    else if (vectors == 2) tilePanel<2>(all, rows, base, origins, runs, runCount, panel, column);
    else tilePanel<3>(all, rows, base, origins, runs, runCount, panel, column);
    panel += (int64_t)tile.rows * vectors * L;
    column += vectors * L;
  }
}

/** The largest magnitude in one tile's part of a patch. */
float largestOf(const Tile& tile, const float* patch) {
  vf largest = zero();
  for (int r = 0; r < tile.runCount; ++r) {
    const float* from = patch + tile.runs[r].offset;
    const int length = tile.runs[r].length;
    int i = 0;
    for (; i + L <= length; i += L) largest = vmax(largest, vabs(load(from + i)));
    if (i < length) largest = vmax(largest, vabs(loadPart(from + i, length - i)));
  }
  return reduceMax(largest);
}

/** One tile's part of a patch through the DAC. Whole vectors are written: what lies behind a run is the next one's, and behind the last there is room. */
template <typename Convert>
void convertPatch(const Tile& tile, const float* patch, Convert convert, float* to) {
  for (int r = 0; r < tile.runCount; ++r) {
    const float* from = patch + tile.runs[r].offset;
    const int length = tile.runs[r].length;
    int i = 0;
    for (; i + L <= length; i += L) store(to + i, convert(load(from + i)));
    if (i < length) store(to + i, convert(loadPart(from + i, length - i)));
    to += length;
  }
}

/** Noise management AbsMax for some patches of one tile: each is divided by its alpha, then the DAC works. Maxima first: the conversion of one patch would wait for its own. */
void packPatches(const Tile& tile, const Dac dac, const float* base, const int* origins, int count, float* patches, int stride, float* alphas) {
  for (int i = 0; i < count; ++i) alphas[i] = largestOf(tile, base + origins[i]);
  for (int i = 0; i < count; ++i) {
    const vf scale = splat(alphas[i] > 0 ? 1.0f / alphas[i] : 0.0f);
    const float* const patch = base + origins[i];
    float* const to = patches + (int64_t)i * stride;
    if (dac.inSteps && dac.bound <= 0) convertPatch(tile, patch, [dac, scale](vf v) __attribute__((always_inline)) { return dac.grid.steps(v * scale); }, to);
    else convertPatch(tile, patch, [dac, scale](vf v) __attribute__((always_inline)) { return Dac::apply(dac, v * scale); }, to);
  }
}

template <Periphery P>
void layerItem(const Layer& l, Arena& arena, int item) {
  ArenaScope scope(arena);
  const Place place = placeItem(l.slab, item);
  const AnalogDesc& a = l.a;
  const RangeCopy range = {a.inputScale, a.clipRange != 0};
  const Dac dac(a, P != kGeneral);
  const bool absMax = P == kScaledSteps || (P == kGeneral && a.absMax != 0);
  float* buffer = l.slab.direct ? nullptr : arena.floats(l.slab.floats);
  const float* base = absMax ? fillSlab(l.slab, l.x, buffer, place, range) : fillSlab(l.slab, l.x, buffer, place, DacCopy{range, dac});

  const int outputs = l.d.k;
  const int pixels = place.images * place.rows * l.d.wo;
  const int64_t position = ((int64_t)place.image * l.d.ho + place.gy) * l.d.wo;
  const bool noisy = a.outNoise > 0;
  float* noiseBuffer = noisy ? arena.floats((size_t)l.chunk * outputs + kPhiloxSlack + L) : nullptr;

  int largestTile = 0;
  for (int t = 0; t < a.tiles; ++t) largestTile = imax(largestTile, l.tiles[t].rows);
  const int patchStride = paddedColumns(largestTile) + L;
  float* patches = nullptr;
  float* alphas = nullptr;
  int* patchOrigins = nullptr;
  if (absMax) {
    patches = arena.floats((size_t)l.chunk * patchStride + L);
    alphas = arena.floats(l.chunk);
    patchOrigins = arena.ints(l.chunk);
    for (int i = 0; i < l.chunk; ++i) patchOrigins[i] = i * patchStride;
    memset(patches, 0, ((size_t)l.chunk * patchStride + L) * sizeof(float));
  }
  int64_t clippedCount = 0;

  for (int from = 0; from < pixels; from += l.chunk) {
    const int rows = imin(l.chunk, pixels - from);
    for (int t = 0; t < a.tiles; ++t) {
      const Tile& tile = l.tiles[t];
      const int64_t first = (position + from) * outputs;
      const bool last = t == a.tiles - 1;
      const Divider grid(a.outStep);
      const float unit = P != kGeneral ? grid.inverse : 1.0f;
      const bool late = l.clipped && a.outBound > 0 && a.clipFrom > a.outBound;
      const float outBound = a.outBound * unit, clipBound = a.outBound > 0 ? a.clipFrom * unit : __builtin_inff();
      TileSink<P> sink = {grid, late ? __builtin_inff() : outBound, clipBound, a.outNoise, late ? outBound : 0.0f, nullptr, nullptr,
                              l.scales + (int64_t)t * l.padded, l.bias, last && a.relu ? 0.0f : -__builtin_inff(), l.y + first,
                              nullptr, &clippedCount, outputs, outputs, t == 0};
      const int64_t at = t * l.positions * outputs + first, count = (int64_t)rows * outputs;
      if (P != kGeneral) sink.noise = normalsAt(l.noise, at, count, noiseBuffer, Deviation(a.outNoise * grid.inverse));
      else if (noisy) sink.noise = normalsAt(l.noise, at, count, noiseBuffer);
      if (l.clipped) sink.mask = l.clipped + t * l.positions * outputs + first;
      if (absMax) {
        packPatches(tile, dac, base, l.slab.origins + from, rows, patches, patchStride, alphas);
        sink.alpha = alphas;
        const Run run = {0, tile.rows};
        tilePanels(sink, rows, patches, patchOrigins, tile, &run, 1);
      } else {
        tilePanels(sink, rows, base, l.slab.origins + from, tile, tile.runs, tile.runCount);
      }
    }
  }
  if (l.clippedOfItem) l.clippedOfItem[item] = clippedCount;
}

/** The runs and the packed weights, times `factor`, of tile rows [r0, r1): of tap q, the channels c with r0 <= c*taps + q < r1. */
Tile planTile(Arena& arena, const Conv2DDesc& d, const Slab& slab, const float* w, float factor, int r0, int r1) {
  const int taps = d.kh * d.kw;
  Tile tile = {(Run*)arena.take(sizeof(Run) * taps), 0, r1 - r0, nullptr};
  float* const all = arena.floats((size_t)(r1 - r0) * paddedColumns(d.k));
  float* packed = all;
  tile.packed = all;
  for (int q = 0; q < taps; ++q) {
    const int c0 = imax(0, ceilDiv(imax(0, r0 - q), taps)), c1 = imax(0, ceilDiv(imax(0, r1 - q), taps));
    if (c1 <= c0) continue;
    const int offset = q / d.kw * d.dh * slab.rowStride + q % d.kw * d.dw * d.c + c0;
    if (tile.runCount > 0 && tile.runs[tile.runCount - 1].offset + tile.runs[tile.runCount - 1].length == offset) tile.runs[tile.runCount - 1].length += c1 - c0;
    else tile.runs[tile.runCount++] = {offset, c1 - c0};
  }
  for (int column = 0; column < d.k;) {
    const int vectors = panelVectors(ceilDiv(d.k - column, L));
    for (int q = 0; q < taps; ++q) {
      const int c0 = ceilDiv(imax(0, r0 - q), taps), c1 = ceilDiv(imax(0, r1 - q), taps);
      if (c1 <= c0) continue;
      packPanelRows(packed, w + ((int64_t)q * d.c + c0) * d.k, d.k, c1 - c0, column, d.k, vectors);
      packed += (int64_t)(c1 - c0) * vectors * L;
    }
    column += vectors * L;
  }
  if (factor != 1)
    for (float* at = all; at < packed; at += L) store(at, load(at) * splat(factor));
  return tile;
}

}  // namespace

void analogConv2d(Context& context, const Conv2DDesc& d, const AnalogDesc& a, const float* x, const float* w, const float* scales,
                  const float* bias, float* y, const AnalogAux& aux) {
  Arena& arena = context.arena(0);
  ArenaScope scope(arena);
  int* ty = arena.ints(d.kh);
  int* tx = arena.ints(d.kw);
  for (int i = 0; i < d.kh; ++i) ty[i] = i * d.dh - d.padT;
  for (int j = 0; j < d.kw; ++j) tx[j] = j * d.dw - d.padL;
  Layer l{};
  l.d = d;
  l.a = a;
  l.slab = planSlab(arena, {d.n, d.h, d.w, d.c, d.ho, d.wo, d.sh, d.sw, d.kh, d.kw, ty, tx}, false, kItemPixels);
  l.tiles = (Tile*)arena.take(sizeof(Tile) * a.tiles);
  const bool inSteps = a.outNoise > 0 && a.outStep > 0 && a.outBound > 0 && a.inpStep > 0;
  l.periphery = !inSteps ? kGeneral : a.absMax ? kScaledSteps : kInSteps;
  const float weightFactor = inSteps ? a.inpStep / a.outStep : 1.0f, scaleFactor = inSteps ? a.factor * a.outStep : a.factor;
  for (int t = 0; t < a.tiles; ++t) l.tiles[t] = planTile(arena, d, l.slab, w, weightFactor, a.rowCuts[t], a.rowCuts[t + 1]);
  l.padded = paddedColumns(d.k);
  float* padded = arena.floats((size_t)(a.tiles + 1) * l.padded);
  memset(padded, 0, (size_t)(a.tiles + 1) * l.padded * sizeof(float));
  for (int t = 0; t < a.tiles; ++t)
    for (int i = 0; i < d.k; ++i) padded[(int64_t)t * l.padded + i] = scales[(int64_t)t * d.k + i] * scaleFactor;
  if (bias) memcpy(padded + (int64_t)a.tiles * l.padded, bias, d.k * sizeof(float));
  l.x = x;
  l.scales = padded;
  l.bias = padded + (int64_t)a.tiles * l.padded;
  l.y = y;
  l.positions = (int64_t)d.n * d.ho * d.wo;
  l.chunk = imin(l.slab.pixels, imax(16, kNoiseFloats / imax(1, d.k) / 16 * 16));
  if (a.absMax) l.chunk = imin(l.chunk, 32);
  l.noise = {{a.key[0], a.key[1]}, {a.stream[0], a.stream[1]}, a.block};
  l.clipped = aux.clipped;
  if (aux.clipped) l.clippedOfItem = (int64_t*)arena.take(sizeof(int64_t) * l.slab.items);
  context.parallel(l.slab.items, [&](int item, int worker) {
    if (l.periphery == kGeneral) layerItem<kGeneral>(l, context.arena(worker), item);
    else if (l.periphery == kInSteps) layerItem<kInSteps>(l, context.arena(worker), item);
    else layerItem<kScaledSteps>(l, context.arena(worker), item);
  });
  if (aux.clippedCount) {
    *aux.clippedCount = 0;
    for (int i = 0; aux.clipped && i < l.slab.items; ++i) *aux.clippedCount += l.clippedOfItem[i];
  }
}

void analogMatmul(Context& context, int m, int k, int n, const AnalogDesc& a, const float* x, const float* w, const float* scales,
                  const float* bias, float* y, const AnalogAux& aux) {
  const Conv2DDesc d = {m, 1, 1, k, 1, 1, n, 1, 1, 1, 1, 0, 0, 1, 1};
  analogConv2d(context, d, a, x, w, scales, bias, y, aux);
}

}  // namespace KH_ARCH
}  // namespace kh
