// Depthwise convolution: one filter per channel. With a multiplier of 1 channels are the vector lanes; other
// multipliers are rare and first spread the input so that they become the same case.
#include "conv2d.h"

#include "conv2d-sinks.h"
#include "../threads/context.h"

namespace kh {
namespace KH_ARCH {
namespace {

KH_INLINE vf loadLanes(const float* p, int n) { return n >= L ? load(p) : loadPart(p, n); }
KH_INLINE void storeLanes(float* p, vf v, int n) {
  if (n >= L) store(p, v);
  else storePart(p, v, n);
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

/** Outputs [x0, x0 + count) of one row, L channels; every tap column lies inside the image. */
template <int Count>
KH_INLINE void spanInside(const DepthwiseDesc& d, const float* const* rows, const TapRange& tr, const float* w, int c, int lanes, int x0, vf (&acc)[kSpan]) {
#pragma GCC unroll 8
  for (int p = 0; p < Count; ++p) acc[p] = zero();
  for (int i = tr.from; i < tr.to; ++i) {
    const float* base = rows[i] + ((int64_t)x0 * d.sw - d.padL) * d.c + c;
    for (int j = 0; j < d.kw; ++j) {
      const vf f = loadLanes(w + (int64_t)(i * d.kw + j) * d.c + c, lanes);
      const float* at = base + (int64_t)j * d.dw * d.c;
#pragma GCC unroll 8
      for (int p = 0; p < Count; ++p) acc[p] += f * loadLanes(at + (int64_t)p * d.sw * d.c, lanes);
    }
  }
}

/** One output row, channels [c, c + lanes). */
void forwardRow(const DepthwiseDesc& d, const float* x, const float* w, const Epilogue& e, const float** rows, int n, int oy, int c, int lanes, float* y) {
  const TapRange tr = tapsInside(oy * d.sh - d.padT, d.dh, d.kh, d.h);
  for (int i = tr.from; i < tr.to; ++i) rows[i] = x + ((int64_t)n * d.h + oy * d.sh - d.padT + i * d.dh) * d.w * d.c;
  const vf bias = e.bias ? loadLanes(e.bias + c, lanes) : zero();
  float* out = y + ((int64_t)n * d.ho + oy) * d.wo * d.c + c;
  const TapRange first = outputsInside(0, d.sw, d.dw, d.padL, d.w, d.wo);
  const TapRange last = outputsInside(d.kw - 1, d.sw, d.dw, d.padL, d.w, d.wo);
  const int inFrom = imax(first.from, last.from), inTo = imax(inFrom, imin(first.to, last.to));
  for (int x0 = 0; x0 < d.wo;) {
    vf acc[kSpan];
    int count = 1;
    if (x0 >= inFrom && x0 + kSpan <= inTo) {
      count = kSpan;
      spanInside<kSpan>(d, rows, tr, w, c, lanes, x0, acc);
    } else if (x0 >= inFrom && x0 < inTo) {
      spanInside<1>(d, rows, tr, w, c, lanes, x0, acc);
    } else {
      acc[0] = zero();
      const int left = x0 * d.sw - d.padL;
      const TapRange tc = tapsInside(left, d.dw, d.kw, d.w);
      for (int i = tr.from; i < tr.to; ++i)
        for (int j = tc.from; j < tc.to; ++j)
          acc[0] += loadLanes(w + (int64_t)(i * d.kw + j) * d.c + c, lanes) * loadLanes(rows[i] + ((int64_t)left + j * d.dw) * d.c + c, lanes);
    }
    for (int p = 0; p < count; ++p) storeLanes(out + (int64_t)(x0 + p) * d.c, activate(acc[p] + bias, e.activation), lanes);
    x0 += count;
  }
}

/** One input row of the input gradient: gathers from the outputs that read it. */
void inputGradRow(const DepthwiseDesc& d, const float* dy, const float* w, int n, int iy, int c, int lanes, float* dx) {
  float* out = dx + ((int64_t)n * d.h + iy) * d.w * d.c + c;
  for (int x = 0; x < d.w; ++x) storeLanes(out + (int64_t)x * d.c, zero(), lanes);
  for (int i = 0; i < d.kh; ++i) {
    const int up = iy + d.padT - i * d.dh;
    if (up < 0 || up % d.sh != 0 || up / d.sh >= d.ho) continue;
    const float* grad = dy + ((int64_t)n * d.ho + up / d.sh) * d.wo * d.c + c;
    for (int j = 0; j < d.kw; ++j) {
      const vf f = loadLanes(w + (int64_t)(i * d.kw + j) * d.c + c, lanes);
      const TapRange range = outputsInside(j, d.sw, d.dw, d.padL, d.w, d.wo);
      float* to = out + ((int64_t)range.from * d.sw - d.padL + j * d.dw) * d.c;
      for (int x = range.from; x < range.to; ++x, to += (int64_t)d.sw * d.c)
        storeLanes(to, loadLanes(to, lanes) + f * loadLanes(grad + (int64_t)x * d.c, lanes), lanes);
    }
  }
}

/** Adds the filter gradient of one image, channels [c, c + lanes), to sum [kh*kw][c]. */
void filterGradImage(const DepthwiseDesc& d, const float* x, const float* dy, int n, int c, int lanes, float* sum) {
  for (int i = 0; i < d.kh; ++i) {
    const TapRange ys = outputsInside(i, d.sh, d.dh, d.padT, d.h, d.ho);
    for (int j = 0; j < d.kw; ++j) {
      const TapRange xs = outputsInside(j, d.sw, d.dw, d.padL, d.w, d.wo);
      vf acc[4] = {zero(), zero(), zero(), zero()};
      for (int oy = ys.from; oy < ys.to; ++oy) {
        const float* in = x + (((int64_t)n * d.h + oy * d.sh - d.padT + i * d.dh) * d.w + xs.from * d.sw - d.padL + j * d.dw) * d.c + c;
        const float* grad = dy + (((int64_t)n * d.ho + oy) * d.wo + xs.from) * d.c + c;
        const int count = xs.to - xs.from;
        int p = 0;
        for (; p + 4 <= count; p += 4)
          for (int q = 0; q < 4; ++q) acc[q] += loadLanes(in + (int64_t)(p + q) * d.sw * d.c, lanes) * loadLanes(grad + (int64_t)(p + q) * d.c, lanes);
        for (; p < count; ++p) acc[0] += loadLanes(in + (int64_t)p * d.sw * d.c, lanes) * loadLanes(grad + (int64_t)p * d.c, lanes);
      }
      float* to = sum + (int64_t)(i * d.kw + j) * d.c + c;
      storeLanes(to, loadLanes(to, lanes) + (acc[0] + acc[1]) + (acc[2] + acc[3]), lanes);
    }
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
  context.parallel(d.n * d.ho, [&](int item, int worker) {
    Arena& own = context.arena(worker);
    ArenaScope inner(own);
    const float** rows = (const float**)own.take(sizeof(float*) * d.kh);
    for (int c = 0; c < d.c; c += L) forwardRow(d, x, w, e, rows, item / d.ho, item % d.ho, c, imin(L, d.c - c), y);
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
  context.parallel(d.n * d.h, [&](int item, int) {
    for (int c = 0; c < d.c; c += L) inputGradRow(d, dy, w, item / d.h, item % d.h, c, imin(L, d.c - c), dx);
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
  context.parallel(chunks, [&](int chunk, int) {
    float* sum = sums + (int64_t)chunk * size;
    memset(sum, 0, size * sizeof(float));
    for (int n = (int)((int64_t)d.n * chunk / chunks); n < (int)((int64_t)d.n * (chunk + 1) / chunks); ++n)
      for (int c = 0; c < d.c; c += L) filterGradImage(d, x, dy, n, c, imin(L, d.c - c), sum);
  });
  for (int i = 0; i < size; i += L) {
    const int n = imin(L, size - i);
    vf total = loadLanes(sums + i, n);
    for (int chunk = 1; chunk < chunks; ++chunk) total += loadLanes(sums + (int64_t)chunk * size + i, n);
    storeLanes(dw + i, total, n);
  }
}

}  // namespace KH_ARCH
}  // namespace kh
