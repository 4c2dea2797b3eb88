// Depthwise convolution: one filter per channel. With a multiplier of 1 channels are the vector lanes; other
// multipliers are rare and first spread the input so that they become the same case.
#include "conv2d.h"

#include "conv2d-sinks.h"
#include "../threads/context.h"

namespace kh {
namespace KH_ARCH {
namespace {

/** L channels, or the first `lanes` of them where the channels end. */
template <bool Full> KH_INLINE vf loadLanes(const float* p, int lanes) { return Full ? load(p) : loadPart(p, lanes); }
template <bool Full> KH_INLINE void storeLanes(float* p, vf v, int lanes) {
  if (Full) store(p, v);
  else storePart(p, v, lanes);
}

/** Taps t in [from, to) with 0 <= position + t*dilation < size. */
struct TapRange { int from, to; };
KH_INLINE TapRange tapsInside(int position, int dilation, int taps, int size) {
  int from = position < 0 ? (-position + dilation - 1) / dilation : 0;
  int to = position >= size ? 0 : imin(taps, (size - 1 - position) / dilation + 1);
  return {from, imax(from, to)};
}

/** Output positions o in [from, to) for which tap t reads inside: 0 <= o*stride - pad + t*dilation < size. */
KH_INLINE TapRange outputsInside(int t, int stride, int dilation, int pad, int size, int outputs) {
  const int shift = t * dilation - pad;  // o*stride + shift in [0, size)
  const int from = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
  const int to = size - 1 - shift < 0 ? 0 : imin(outputs, (size - 1 - shift) / stride + 1);
  return {imin(from, outputs), imax(imin(from, outputs), to)};
}

constexpr int kSpan = 8;  // neighbouring outputs in registers

/** What the outputs of one row share. A copy in each function, so that no store can be thought to change it. */
struct Row {
  const float* const* inputs;  // the image's row under each row of taps
  TapRange taps;               // the rows of taps that lie inside the image
  const float* filter;
  const float* bias;           // or null
  float* out;
  int64_t channels;            // floats from one pixel to the next
  int kw, sw, dw, padL;
  Activation activation;
};

/** Stores neighbouring outputs from column x0 on, channels [c, c + lanes). */
template <bool Full, int Count>
KH_INLINE void finishSpan(const Row& row, vf (&acc)[Count], int x0, int64_t c, int lanes) {
  const int64_t step = row.channels;
  if (row.bias) {
    const vf bias = loadLanes<Full>(row.bias + c, lanes);
#pragma GCC unroll 8
    for (int p = 0; p < Count; ++p) acc[p] += bias;
  }
  if (row.activation != Activation::None) {
#pragma GCC unroll 8
    for (int p = 0; p < Count; ++p) acc[p] = activate(acc[p], row.activation);
  }
  float* to = row.out + x0 * step + c;
#pragma GCC unroll 8
  for (int p = 0; p < Count; ++p, to += step) storeLanes<Full>(to, acc[p], lanes);
}

/** Count neighbouring outputs from column x0 on, all of whose tap columns lie inside the image; channels [c, c + lanes). */
template <bool Full, bool Neighbours, int Count>
KH_INLINE void insideSpan(const Row& row, int x0, int64_t c, int lanes) {
  const int64_t step = row.channels;
  vf acc[Count];
#pragma GCC unroll 8
  for (int p = 0; p < Count; ++p) acc[p] = zero();
  for (int i = row.taps.from; i < row.taps.to; ++i) {
    const float* from = row.inputs[i] + ((int64_t)x0 * row.sw - row.padL) * step + c;
    const float* filter = row.filter + (int64_t)i * row.kw * step + c;
    if (Neighbours) {  // each input serves three outputs: load it once
      const vf f0 = loadLanes<Full>(filter, lanes), f1 = loadLanes<Full>(filter + step, lanes), f2 = loadLanes<Full>(filter + 2 * step, lanes);
      vf left = loadLanes<Full>(from, lanes), middle = loadLanes<Full>(from += step, lanes);
#pragma GCC unroll 8
      for (int p = 0; p < Count; ++p) {
        const vf right = loadLanes<Full>(from += step, lanes);
        acc[p] += f0 * left;
        acc[p] += f1 * middle;
        acc[p] += f2 * right;
        left = middle;
        middle = right;
      }
      continue;
    }
    for (int j = 0; j < row.kw; ++j, filter += step, from += row.dw * step) {
      const vf f = loadLanes<Full>(filter, lanes);
      const float* at = from;
#pragma GCC unroll 8
      for (int p = 0; p < Count; ++p, at += row.sw * step) acc[p] += f * loadLanes<Full>(at, lanes);
    }
  }
  finishSpan<Full, Count>(row, acc, x0, c, lanes);
}

/** All channels: memory is passed through from one end to the other, pixel after pixel. */
template <bool Neighbours, int Count>
void insideSpans(const Row row, int x0) {
  int64_t c = 0;
  for (; c + L <= row.channels; c += L) insideSpan<true, Neighbours, Count>(row, x0, c, L);
  if (c < row.channels) insideSpan<false, Neighbours, Count>(row, x0, c, (int)(row.channels - c));
}

/** The columns for which all taps lie inside the image. The last span may begin in the one before: its outputs are the same. */
template <bool Neighbours>
void insideColumns(const Row& row, const TapRange& inside) {
  int x0 = inside.from;
  const int count = inside.to - inside.from;
  if (count >= kSpan) {
    for (; x0 < inside.to; x0 += kSpan) insideSpans<Neighbours, kSpan>(row, imin(x0, inside.to - kSpan));
  } else if (count >= 3) {
    for (; x0 < inside.to; x0 += 3) insideSpans<Neighbours, 3>(row, imin(x0, inside.to - 3));
  }
  for (; x0 < inside.to; ++x0) insideSpans<Neighbours, 1>(row, x0);
}

/** One output at the image's edge, with the columns of taps that lie inside; channels [c, c + lanes). */
template <bool Full>
KH_INLINE void edgeOutput(const Row& row, const TapRange& tc, int x0, int64_t c, int lanes) {
  const int64_t step = row.channels, inputStep = row.dw * step;
  vf sum[1] = {zero()};
  for (int i = row.taps.from; i < row.taps.to; ++i) {
    const float* from = row.inputs[i] + ((int64_t)x0 * row.sw - row.padL) * step + tc.from * inputStep + c;
    const float* filter = row.filter + ((int64_t)i * row.kw + tc.from) * step + c;
    for (int j = tc.from; j < tc.to; ++j, from += inputStep, filter += step) sum[0] += loadLanes<Full>(filter, lanes) * loadLanes<Full>(from, lanes);
  }
  finishSpan<Full, 1>(row, sum, x0, c, lanes);
}

void edgeColumn(const Row row, const TapRange tc, int x0) {
  int64_t c = 0;
  for (; c + L <= row.channels; c += L) edgeOutput<true>(row, tc, x0, c, L);
  if (c < row.channels) edgeOutput<false>(row, tc, x0, c, (int)(row.channels - c));
}

/** Per column tap, the output columns for which it reads inside. The same for every row, and full of divisions. */
TapRange* columnsOfTaps(Arena& arena, const DepthwiseDesc& d) {
  TapRange* ranges = (TapRange*)arena.take(sizeof(TapRange) * d.kw);
  for (int j = 0; j < d.kw; ++j) ranges[j] = outputsInside(j, d.sw, d.dw, d.padL, d.w, d.wo);
  return ranges;
}

/** The output columns for which both taps read inside, and thus all between them. */
KH_INLINE TapRange columnsOfBoth(const TapRange& first, const TapRange& last) {
  const int from = imax(first.from, last.from);
  return {from, imax(from, imin(first.to, last.to))};
}

/** One output row; `inside`: the columns for which all taps lie inside the image. */
void forwardRow(const DepthwiseDesc& d, const TapRange& inside, const float* x, const float* w, const Epilogue& e, const float** inputs, int n, int oy, float* y) {
  const TapRange taps = tapsInside(oy * d.sh - d.padT, d.dh, d.kh, d.h);
  for (int i = taps.from; i < taps.to; ++i) inputs[i] = x + ((int64_t)n * d.h + oy * d.sh - d.padT + i * d.dh) * d.w * d.c;
  const Row row = {inputs, taps, w, e.bias, y + ((int64_t)n * d.ho + oy) * d.wo * d.c, d.c, d.kw, d.sw, d.dw, d.padL, e.activation};
  if (d.kw == 3 && d.sw == 1 && d.dw == 1) insideColumns<true>(row, inside);
  else insideColumns<false>(row, inside);
  for (int x0 = 0; x0 < d.wo; ++x0) {
    if (x0 == inside.from) x0 = inside.to;
    if (x0 < d.wo) edgeColumn(row, tapsInside(x0 * d.sw - d.padL, d.dw, d.kw, d.w), x0);
  }
}

/** One input row of the input gradient for strides above 1: gathers from the outputs that read it. */
template <bool Full>
KH_INLINE void inputGradRow(const DepthwiseDesc& d, const TapRange* columns, const float* dy, const float* w, int n, int iy, int c, int lanes, float* dx) {
  const int64_t step = d.c, stride = d.sw * step;
  float* out = dx + ((int64_t)n * d.h + iy) * d.w * step + c;
  for (int x = 0; x < d.w; ++x) storeLanes<Full>(out + x * step, zero(), lanes);
  for (int i = 0; i < d.kh; ++i) {
    const int up = iy + d.padT - i * d.dh;
    if (up < 0 || up % d.sh != 0 || up / d.sh >= d.ho) continue;
    const float* grad = dy + ((int64_t)n * d.ho + up / d.sh) * d.wo * step + c;
    for (int j = 0; j < d.kw; ++j) {
      const vf f = loadLanes<Full>(w + (int64_t)(i * d.kw + j) * step + c, lanes);
      float* to = out + ((int64_t)columns[j].from * d.sw - d.padL + j * d.dw) * step;
      const int end = columns[j].to;
      for (int x = columns[j].from; x < end; ++x, to += stride) storeLanes<Full>(to, loadLanes<Full>(to, lanes) + f * loadLanes<Full>(grad + x * step, lanes), lanes);
    }
  }
}

/** What one output row and its L channels, or the last ones, give to the filter gradient. */
struct RowGradient {
  const float* grad;         // dy of the row
  int64_t step;              // floats from one pixel to the next, and from one tap's sum to the next
  int64_t stride, tapStep;   // of the input: from one output to the next, from one tap to the next
  int64_t rowStep, sumStep;  // from one row of taps to the next: in the input, in the sums
  int lanes;
};

/** The gradient of Rows x Taps neighbouring taps, added to `sum`. `columns`: of these taps; `input`: where the first tap reads for output 0. */
template <bool Full, int Rows, int Taps>
KH_INLINE void gradOfTaps(const RowGradient& r, const TapRange* columns, const float* input, float* sum) {
  const TapRange all = columnsOfBoth(columns[0], columns[Taps - 1]);
  vf acc[Rows][Taps];
#pragma GCC unroll 3
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 3
    for (int t = 0; t < Taps; ++t) acc[i][t] = zero();
  const float* grad = r.grad + all.from * r.step;
  const float* at = input + all.from * r.stride;
  for (int o = all.from; o < all.to; ++o, grad += r.step, at += r.stride) {
    const vf g = loadLanes<Full>(grad, r.lanes);
#pragma GCC unroll 3
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 3
      for (int t = 0; t < Taps; ++t) acc[i][t] += g * loadLanes<Full>(at + i * r.rowStep + t * r.tapStep, r.lanes);
  }
#pragma GCC unroll 3
  for (int t = 0; t < Taps; ++t) {  // the columns where not all taps lie inside
    for (int o = columns[t].from; o < columns[t].to; ++o) {
      if (o == all.from) o = all.to;
      if (o >= columns[t].to) break;
      const vf g = loadLanes<Full>(r.grad + o * r.step, r.lanes);
#pragma GCC unroll 3
      for (int i = 0; i < Rows; ++i) acc[i][t] += g * loadLanes<Full>(input + o * r.stride + i * r.rowStep + t * r.tapStep, r.lanes);
    }
#pragma GCC unroll 3
    for (int i = 0; i < Rows; ++i) {
      float* to = sum + i * r.sumStep + t * r.step;
      storeLanes<Full>(to, loadLanes<Full>(to, r.lanes) + acc[i][t], r.lanes);
    }
  }
}

template <bool Full, int Rows>
void gradOfRows(const RowGradient r, const TapRange* columns, int taps, const float* input, float* sum) {
  for (; taps >= 3; taps -= 3, columns += 3, input += 3 * r.tapStep, sum += 3 * r.step) gradOfTaps<Full, Rows, 3>(r, columns, input, sum);
  if (taps == 2) gradOfTaps<Full, Rows, 2>(r, columns, input, sum);
  if (taps == 1) gradOfTaps<Full, Rows, 1>(r, columns, input, sum);
}

template <bool Full>
void gradOfLanes(const RowGradient& r, const TapRange* columns, int rows, int taps, const float* input, float* sum) {
  for (; rows >= 3; rows -= 3, input += 3 * r.rowStep, sum += 3 * r.sumStep) gradOfRows<Full, 3>(r, columns, taps, input, sum);
  if (rows == 2) gradOfRows<Full, 2>(r, columns, taps, input, sum);
  if (rows == 1) gradOfRows<Full, 1>(r, columns, taps, input, sum);
}

/** Adds the share of output row oy of image n to the filter gradient, sum [kh*kw][c]. */
void filterGradRow(const DepthwiseDesc& d, const TapRange* columns, const float* x, const float* dy, int n, int oy, float* sum) {
  const TapRange taps = tapsInside(oy * d.sh - d.padT, d.dh, d.kh, d.h);
  if (taps.from >= taps.to) return;
  const int64_t step = d.c;
  const float* grad = dy + ((int64_t)n * d.ho + oy) * d.wo * step;
  const float* input = x + (((int64_t)n * d.h + oy * d.sh - d.padT + taps.from * d.dh) * d.w - d.padL) * step;
  sum += (int64_t)taps.from * d.kw * step;
  for (int c = 0; c < d.c; c += L) {
    const RowGradient r = {grad + c, step, d.sw * step, d.dw * step, (int64_t)d.dh * d.w * step, d.kw * step, imin(L, d.c - c)};
    if (r.lanes == L) gradOfLanes<true>(r, columns, taps.to - taps.from, d.kw, input + c, sum + c);
    else gradOfLanes<false>(r, columns, taps.to - taps.from, d.kw, input + c, sum + c);
  }
}

constexpr int kGradChunks = 8;

DepthwiseDesc spread(const DepthwiseDesc& d) {
  DepthwiseDesc wide = d;
  wide.c = d.c * d.mult;
  wide.mult = 1;
  return wide;
}

/** Repeats each channel `mult` times, so that output channel c*mult + q finds its input in its own lane. */
float* spreadChannels(Context& context, Arena& arena, const float* x, int64_t positions, int c, int mult) {
  float* wide = arena.floats((size_t)positions * c * mult);
  const int blocks = (int)lmin(64, lmax(1, positions));
  context.parallel(blocks, [&](int item, int) {
    for (int64_t i = positions * item / blocks * c; i < positions * (item + 1) / blocks * c; ++i)
      for (int q = 0; q < mult; ++q) wide[i * mult + q] = x[i];
  });
  return wide;
}

}  // namespace

void depthwise(Context& context, const DepthwiseDesc& d, const float* x, const float* w, const Epilogue& e, float* y) {
  Arena& arena = context.arena(0);
  ArenaScope scope(arena);
  if (d.mult != 1) {
    const float* wide = spreadChannels(context, arena, x, (int64_t)d.n * d.h * d.w, d.c, d.mult);
    depthwise(context, spread(d), wide, w, e, y);
    return;
  }
  const TapRange* columns = columnsOfTaps(arena, d);
  const TapRange inside = columnsOfBoth(columns[0], columns[d.kw - 1]);
  context.parallel(d.n * d.ho, [&](int item, int worker) {
    Arena& own = context.arena(worker);
    ArenaScope inner(own);
    const float** rows = (const float**)own.take(sizeof(float*) * d.kh);
    forwardRow(d, inside, x, w, e, rows, item / d.ho, item % d.ho, y);
  });
}

void depthwiseInputGrad(Context& context, const DepthwiseDesc& d, const float* dy, const float* w, float* dx) {
  if (d.mult != 1) {
    Arena& arena = context.arena(0);
    ArenaScope scope(arena);
    const int64_t positions = (int64_t)d.n * d.h * d.w;
    float* wide = arena.floats((size_t)positions * d.c * d.mult);
    depthwiseInputGrad(context, spread(d), dy, w, wide);
    for (int64_t i = 0; i < positions * d.c; ++i) {
      float sum = 0;
      for (int q = 0; q < d.mult; ++q) sum += wide[i * d.mult + q];
      dx[i] = sum;
    }
    return;
  }
  if (d.sh == 1 && d.sw == 1) {  // a convolution of dy with the turned filter
    Arena& arena = context.arena(0);
    ArenaScope scope(arena);
    const int taps = d.kh * d.kw;
    float* turned = arena.floats((size_t)taps * d.c);
    for (int q = 0; q < taps; ++q) memcpy(turned + (int64_t)q * d.c, w + (int64_t)(taps - 1 - q) * d.c, d.c * sizeof(float));
    const DepthwiseDesc back = {d.n, d.ho, d.wo, d.c, d.kh, d.kw, 1, 1, 1, d.dh, d.dw, (d.kh - 1) * d.dh - d.padT, (d.kw - 1) * d.dw - d.padL, d.h, d.w};
    depthwise(context, back, dy, turned, {}, dx);
    return;
  }
  Arena& arena = context.arena(0);
  ArenaScope scope(arena);
  const TapRange* columns = columnsOfTaps(arena, d);
  context.parallel(d.n * d.h, [&](int item, int) {
    const DepthwiseDesc own = d;
    int c = 0;
    for (; c + L <= own.c; c += L) inputGradRow<true>(own, columns, dy, w, item / own.h, item % own.h, c, L, dx);
    if (c < own.c) inputGradRow<false>(own, columns, dy, w, item / own.h, item % own.h, c, own.c - c, dx);
  });
}

void depthwiseFilterGrad(Context& context, const DepthwiseDesc& d, const float* x, const float* dy, float* dw) {
  Arena& arena = context.arena(0);
  ArenaScope scope(arena);
  if (d.mult != 1) {
    const float* wide = spreadChannels(context, arena, x, (int64_t)d.n * d.h * d.w, d.c, d.mult);
    depthwiseFilterGrad(context, spread(d), wide, dy, dw);
    return;
  }
  const int size = d.kh * d.kw * d.c;
  const int chunks = imax(1, imin(kGradChunks, d.n));
  float* sums = arena.floats((size_t)chunks * size);
  const TapRange* columns = columnsOfTaps(arena, d);
  context.parallel(chunks, [&](int chunk, int) {
    float* sum = sums + (int64_t)chunk * size;
    memset(sum, 0, size * sizeof(float));
    for (int n = (int)((int64_t)d.n * chunk / chunks); n < (int)((int64_t)d.n * (chunk + 1) / chunks); ++n)
      for (int oy = 0; oy < d.ho; ++oy) filterGradRow(d, columns, x, dy, n, oy, sum);
  });
  for (int i = 0; i < size; i += L) {
    const int n = imin(L, size - i);
    vf total = loadLanes<false>(sums + i, n);
    for (int chunk = 1; chunk < chunks; ++chunk) total += loadLanes<false>(sums + (int64_t)chunk * size + i, n);
    storeLanes<false>(dw + i, total, n);
  }
}

}  // namespace KH_ARCH
}  // namespace kh
