// Sums, maxima and minima over one axis of [outer][reduce][inner]. Sums are taken in a fixed order with float partial sums over
// short runs and double above them, so that long reductions stay accurate.
#include "base-kernels.h"
#include "../simd/vec.h"

namespace kh::KH_ARCH {
namespace {

struct SumRule {
  static inline vf combine(vf a, vf b) { return a + b; }
  static inline float combine(float a, float b) { return a + b; }
};
// NaN wins, as in Math.max.
struct MaxRule {
  static inline vf combine(vf a, vf b) { return (a > b) | (a != a) ? a : b; }
  static inline float combine(float a, float b) { return a > b || a != a ? a : b; }
};
struct MinRule {
  static inline vf combine(vf a, vf b) { return (a < b) | (a != a) ? a : b; }
  static inline float combine(float a, float b) { return a < b || a != a ? a : b; }
};

constexpr int64_t run = 2048;

inline bool isFinite(double x) { return x - x == 0; }

/** For numbers so large that partial sums of floats overflow. */
double exactSum(const float* in, int64_t n, int64_t stride) {
  double total = 0;
  for (int64_t i = 0; i < n; i++) total += in[i * stride];
  return total;
}

double sumRow(const float* in, int64_t n) {
  double total = 0;
  for (int64_t start = 0; start < n; start += run) {
    const int64_t end = start + run < n ? start + run : n;
    vf s[4] = {};
    int64_t i = start;
    for (; i + 4 * L <= end; i += 4 * L) {
      for (int k = 0; k < 4; k++) s[k] += load(in + i + k * L);
    }
    const vf all = (s[0] + s[1]) + (s[2] + s[3]);
    double part = 0;
    for (int k = 0; k < L; k++) part += all[k];
    for (; i < end; i++) part += in[i];
    total += isFinite(part) ? part : exactSum(in + start, end - start, 1);
  }
  return total;
}

template <class Rule>
float extremeRow(const float* in, int64_t n) {
  float result = in[0];
  int64_t i = 0;
  if (n >= L) {
    vf best = load(in);
    for (i = L; i + L <= n; i += L) best = Rule::combine(load(in + i), best);
    for (int k = 0; k < L; k++) result = Rule::combine(best[k], result);
  }
  for (; i < n; i++) result = Rule::combine(in[i], result);
  return result;
}

// out[i] = rule over k of in[k * inner + i] for a block of up to L neighbours.
template <class Rule>
vf reduceColumn(const float* in, int64_t reduce, int64_t inner, int width) {
  const bool whole = width == L;
  vf result = whole ? load(in) : loadPart(in, width);
  for (int64_t k = 1; k < reduce; k++) {
    const float* p = in + k * inner;
    result = Rule::combine(whole ? load(p) : loadPart(p, width), result);
  }
  return result;
}

// The same for sums: four chains over runs, folded into doubles between runs.
void sumColumn(const float* in, int64_t reduce, int64_t inner, int width, float* out, float scale) {
  double total[L] = {};
  for (int64_t start = 0; start < reduce; start += run) {
    const int64_t end = start + run < reduce ? start + run : reduce;
    vf s[4] = {};
    int64_t k = start;
    if (width == L) {
      for (; k + 4 <= end; k += 4) {
        for (int j = 0; j < 4; j++) s[j] += load(in + (k + j) * inner);
      }
      for (; k < end; k++) s[0] += load(in + k * inner);
    } else {
      for (; k < end; k++) s[k & 3] += loadPart(in + k * inner, width);
    }
    const vf all = (s[0] + s[1]) + (s[2] + s[3]);
    for (int i = 0; i < width; i++) {
      total[i] += isFinite(all[i]) ? all[i] : exactSum(in + start * inner + i, end - start, inner);
    }
  }
  for (int i = 0; i < width; i++) out[i] = static_cast<float>(total[i] * scale);
}

template <class Rule>
void extremes(const float* in, float* out, int64_t outer, int64_t reduce, int64_t inner) {
  for (int64_t o = 0; o < outer; o++) {
    const float* block = in + o * reduce * inner;
    if (inner == 1) {
      out[o] = extremeRow<Rule>(block, reduce);
      continue;
    }
    for (int64_t i = 0; i < inner; i += L) {
      const int width = static_cast<int>(inner - i < L ? inner - i : L);
      storePart(out + o * inner + i, reduceColumn<Rule>(block + i, reduce, inner, width), width);
    }
  }
}

}  // namespace

void reduce(ReduceOp op, const float* in, float* out, int64_t outer, int64_t reduce, int64_t inner, float scale) {
  if (op == ReduceOp::Max) return extremes<MaxRule>(in, out, outer, reduce, inner);
  if (op == ReduceOp::Min) return extremes<MinRule>(in, out, outer, reduce, inner);
  for (int64_t o = 0; o < outer; o++) {
    const float* block = in + o * reduce * inner;
    if (inner == 1) {
      out[o] = static_cast<float>(sumRow(block, reduce) * scale);
      continue;
    }
    for (int64_t i = 0; i < inner; i += L) {
      const int width = static_cast<int>(inner - i < L ? inner - i : L);
      sumColumn(block + i, reduce, inner, width, out + o * inner + i, scale);
    }
  }
}

}  // namespace kh::KH_ARCH
