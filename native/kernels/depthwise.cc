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

/** Count neighbouring outputs from x0, all of whose tap columns lie inside the image. */
template <bool Full, int Count>
KH_INLINE void spanInside(const DepthwiseDesc& d, const float* const* rows, const TapRange& tr, const float* w, int c, int lanes, int x0, vf (&acc)[kSpan]) {
#pragma GCC unroll 8
  for (int p = 0; p < Count; ++p) acc[p] = zero();
  const bool neighbours = d.kw == 3 && d.sw == 1 && d.dw == 1;  // each input serves three outputs: load it once
  for (int i = tr.from; i < tr.to; ++i) {
    const float* base = rows[i] + ((int64_t)x0 * d.sw - d.padL) * d.c + c;
    const float* filter = w + (int64_t)i * d.kw * d.c + c;
    if (neighbours) {
      const vf f0 = loadLanes<Full>(filter, lanes), f1 = loadLanes<Full>(filter + d.c, lanes), f2 = loadLanes<Full>(filter + 2 * d.c, lanes);
      vf left = loadLanes<Full>(base, lanes), middle = loadLanes<Full>(base + d.c, lanes);
#pragma GCC unroll 8
      for (int p = 0; p < Count; ++p) {
        const vf right = loadLanes<Full>(base + (int64_t)(p + 2) * d.c, lanes);
        acc[p] += f0 * left;
        acc[p] += f1 * middle;
        acc[p] += f2 * right;
        left = middle;
        middle = right;
      }
      continue;
    }
    for (int j = 0; j < d.kw; ++j) {
      const vf f = loadLanes<Full>(filter + (int64_t)j * d.c, lanes);
      const float* at = base + (int64_t)j * d.dw * d.c;
#pragma GCC unroll 8
      for (int p = 0; p < Count; ++p) acc[p] += f * loadLanes<Full>(at + (int64_t)p * d.sw * d.c, lanes);
    }
  }
}

/** One output row, channels [c, c + lanes). */
template <bool Full>
void forwardRow(const DepthwiseDesc& d, const float* x, const float* w, const Epilogue& e, const float** rows, int n, int oy, int c, int lanes, float* y) {
  const TapRange tr = tapsInside(oy * d.sh - d.padT, d.dh, d.kh, d.h);
  for (int i = tr.from; i < tr.to; ++i) rows[i] = x + ((int64_t)n * d.h + oy * d.sh - d.padT + i * d.dh) * d.w * d.c;
  const vf bias = e.bias ? loadLanes<Full>(e.bias + c, lanes) : zero();
  float* out = y + ((int64_t)n * d.ho + oy) * d.wo * d.c + c;
  const TapRange first = outputsInside(0, d.sw, d.dw, d.padL, d.w, d.wo);
  const TapRange last = outputsInside(d.kw - 1, d.sw, d.dw, d.padL, d.w, d.wo);
  const int inFrom = imax(first.from, last.from), inTo = imax(inFrom, imin(first.to, last.to));
  for (int x0 = 0; x0 < d.wo;) {
    vf acc[kSpan];
    const bool inside = x0 >= inFrom && x0 < inTo;
    if (inside && x0 + kSpan <= inTo) {
      spanInside<Full, kSpan>(d, rows, tr, w, c, lanes, x0, acc);
#pragma GCC unroll 8
      for (int p = 0; p < kSpan; ++p) storeLanes<Full>(out + (int64_t)(x0 + p) * d.c, activate(acc[p] + bias, e.activation), lanes);
      x0 += kSpan;
      continue;
    }
    if (inside && x0 + 3 <= inTo) {
      spanInside<Full, 3>(d, rows, tr, w, c, lanes, x0, acc);
#pragma GCC unroll 3
      for (int p = 0; p < 3; ++p) storeLanes<Full>(out + (int64_t)(x0 + p) * d.c, activate(acc[p] + bias, e.activation), lanes);
      x0 += 3;
      continue;
    }
    const int left = x0 * d.sw - d.padL;
    const TapRange tc = tapsInside(left, d.dw, d.kw, d.w);
    vf sum = zero();
    for (int i = tr.from; i < tr.to; ++i)
      for (int j = tc.from; j < tc.to; ++j)
        sum += loadLanes<Full>(w + (int64_t)(i * d.kw + j) * d.c + c, lanes) * loadLanes<Full>(rows[i] + ((int64_t)left + j * d.dw) * d.c + c, lanes);
    storeLanes<Full>(out + (int64_t)x0 * d.c, activate(sum + bias, e.activation), lanes);
    ++x0;
  }
}

/** One input row of the input gradient for strides above 1: gathers from the outputs that read it. */
template <bool Full>
void inputGradRow(const DepthwiseDesc& d, const float* dy, const float* w, int n, int iy, int c, int lanes, float* dx) {
  float* out = dx + ((int64_t)n * d.h + iy) * d.w * d.c + c;
  for (int x = 0; x < d.w; ++x) storeLanes<Full>(out + (int64_t)x * d.c, zero(), lanes);
  for (int i = 0; i < d.kh; ++i) {
    const int up = iy + d.padT - i * d.dh;
    if (up < 0 || up % d.sh != 0 || up / d.sh >= d.ho) continue;
    const float* grad = dy + ((int64_t)n * d.ho + up / d.sh) * d.wo * d.c + c;
    for (int j = 0; j < d.kw; ++j) {
      const vf f = loadLanes<Full>(w + (int64_t)(i * d.kw + j) * d.c + c, lanes);
      const TapRange range = outputsInside(j, d.sw, d.dw, d.padL, d.w, d.wo);
      float* to = out + ((int64_t)range.from * d.sw - d.padL + j * d.dw) * d.c;
      for (int x = range.from; x < range.to; ++x, to += (int64_t)d.sw * d.c)
        storeLanes<Full>(to, loadLanes<Full>(to, lanes) + f * loadLanes<Full>(grad + (int64_t)x * d.c, lanes), lanes);
    }
  }
}

/** Adds the filter gradient of one image, channels [c, c + lanes), to sum [kh*kw][c]. */
template <bool Full>
void filterGradImage(const DepthwiseDesc& d, const float* x, const float* dy, int n, int c, int lanes, float* sum) {
  const int64_t step = (int64_t)d.sw * d.c;
  for (int i = 0; i < d.kh; ++i) {
    const TapRange ys = outputsInside(i, d.sh, d.dh, d.padT, d.h, d.ho);
    for (int j = 0; j < d.kw;) {
      const TapRange xs = outputsInside(j, d.sw, d.dw, d.padL, d.w, d.wo);
      float* to = sum + (int64_t)(i * d.kw + j) * d.c + c;
      const int64_t tapStep = (int64_t)d.dw * d.c;
      // Three taps share each gradient; the columns where not all three lie inside are added tap by tap.
      const bool three = j + 3 <= d.kw;
      const TapRange third = three ? outputsInside(j + 2, d.sw, d.dw, d.padL, d.w, d.wo) : xs;
      const int from = imax(xs.from, third.from), end = imax(from, imin(xs.to, third.to));
      vf acc[6] = {zero(), zero(), zero(), zero(), zero(), zero()};
      for (int oy = ys.from; oy < ys.to; ++oy) {
        const float* in = x + (((int64_t)n * d.h + oy * d.sh - d.padT + i * d.dh) * d.w - d.padL + j * d.dw) * d.c + c;
        const float* grad = dy + ((int64_t)n * d.ho + oy) * d.wo * d.c + c;
        int p = from;
        if (three) {
          for (; p + 2 <= end; p += 2) {
#pragma GCC unroll 2
            for (int q = 0; q < 2; ++q) {
              const vf g = loadLanes<Full>(grad + (int64_t)(p + q) * d.c, lanes);
              const float* at = in + (p + q) * step;
#pragma GCC unroll 3
              for (int tap = 0; tap < 3; ++tap) acc[3 * q + tap] += g * loadLanes<Full>(at + tap * tapStep, lanes);
            }
          }
#pragma GCC unroll 3
          for (int tap = 0; tap < 3; ++tap) {  // before and behind [from, p)
            const TapRange own = outputsInside(j + tap, d.sw, d.dw, d.padL, d.w, d.wo);
            for (int o = own.from; o < own.to; ++o) {
              if (o >= from && o < p) o = p;
              if (o >= own.to) break;
              acc[tap] += loadLanes<Full>(grad + (int64_t)o * d.c, lanes) * loadLanes<Full>(in + o * step + tap * tapStep, lanes);
            }
          }
        } else {
          for (; p + 2 <= end; p += 2) {
            acc[0] += loadLanes<Full>(grad + (int64_t)p * d.c, lanes) * loadLanes<Full>(in + p * step, lanes);
            acc[3] += loadLanes<Full>(grad + (int64_t)(p + 1) * d.c, lanes) * loadLanes<Full>(in + (p + 1) * step, lanes);
          }
          for (; p < end; ++p) acc[0] += loadLanes<Full>(grad + (int64_t)p * d.c, lanes) * loadLanes<Full>(in + p * step, lanes);
        }
      }
      const int taps = three ? 3 : 1;
      for (int tap = 0; tap < taps; ++tap, to += d.c) storeLanes<Full>(to, loadLanes<Full>(to, lanes) + (acc[tap] + acc[tap + 3]), lanes);
      j += taps;
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
    int c = 0;
    for (; c + L <= d.c; c += L) forwardRow<true>(d, x, w, e, rows, item / d.ho, item % d.ho, c, L, y);
    if (c < d.c) forwardRow<false>(d, x, w, e, rows, item / d.ho, item % d.ho, c, d.c - c, y);
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
  context.parallel(d.n * d.h, [&](int item, int) {
    int c = 0;
    for (; c + L <= d.c; c += L) inputGradRow<true>(d, dy, w, item / d.h, item % d.h, c, L, dx);
    if (c < d.c) inputGradRow<false>(d, dy, w, item / d.h, item % d.h, c, d.c - c, dx);
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
    for (int n = (int)((int64_t)d.n * chunk / chunks); n < (int)((int64_t)d.n * (chunk + 1) / chunks); ++n) {
      int c = 0;
      for (; c + L <= d.c; c += L) filterGradImage<true>(d, x, dy, n, c, L, sum);
      if (c < d.c) filterGradImage<false>(d, x, dy, n, c, d.c - c, sum);
    }
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
