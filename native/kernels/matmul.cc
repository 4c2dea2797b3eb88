// Matrix products in all transposes. The right matrix is packed in panels, the left one is read in place when its rows lie
// well (not transposed, no rows that share cache sets) and is copied block by block otherwise.
#include "conv2d.h"

#include "conv2d-sinks.h"
#include "../threads/context.h"

namespace kh {
namespace KH_ARCH {
namespace {

constexpr int kDepth = 384;    // reduction per pass: a left block and a right panel stay in the caches
constexpr int kRows = 96;      // rows of one item
constexpr int kColumns = 768;  // columns of one item at most

struct Product {
  int m, n, k;
  bool transA, transB;
  const float* a;
  const float* b;
  float* c;
  const float* bias;  // padded, or null
  Activation activation;
  float* packed;      // [depth block][panel][depth][V*L]; null where each panel is read by one block only, which packs it then
  int depth;          // reduction per pass
};

/** Adds a pass to what is stored, or starts afresh; the last pass applies bias and activation. */
struct PassSink {
  float* out;
  int64_t ldc;
  const float* bias;
  Activation activation;
  int columns;
  bool first, last;

  template <int P, int V, bool Whole>
  inline __attribute__((always_inline)) void take(vf (&acc)[P][V], int count) const {
    const auto rowOf = [this](int p) __attribute__((always_inline)) { return out + p * ldc; };
    if (!first) addBlock<P, V, Whole>(acc, count, columns, rowOf);
    if (last) finishBlock(acc, bias, activation);
    storeBlock<P, V, Whole>(acc, count, columns, rowOf);
  }
};

/** Columns [column, column + V*L) of reduction rows [k0, k1) of the right matrix. */
void packPanel(const Product& g, float* to, int k0, int k1, int column, int vectors) {
  if (!g.transB) {
    packPanelRows(to, g.b + (int64_t)k0 * g.n, g.n, k1 - k0, column, g.n, vectors);
    return;
  }
  const int width = vectors * L, valid = imin(width, g.n - column);
  if (valid < width) memset(to, 0, (size_t)(k1 - k0) * width * sizeof(float));
  transpose(to, width, g.b + (int64_t)column * g.k + k0, g.k, valid, k1 - k0);
}

void packDepth(const Product& g, int k0, int k1) {
  float* to = g.packed + (int64_t)k0 * paddedColumns(g.n);
  for (int column = 0; column < g.n;) {
    const int vectors = panelVectors(ceilDiv(g.n - column, L));
    packPanel(g, to, k0, k1, column, vectors);
    to += (int64_t)(k1 - k0) * vectors * L;
    column += vectors * L;
  }
}

template <int V>
void passPanel(const Product& g, const float* left, const int* origins, int m0, int rows, int depth, const float* panel, int column, bool first, bool last) {
  const Run run = {0, depth};
  const auto makeSink = [&](int row) __attribute__((always_inline)) {
    return PassSink{g.c + (int64_t)(m0 + row) * g.n + column, g.n, g.bias ? g.bias + column : nullptr, g.activation, g.n - column, first, last};
  };
  panelRows<V>(rows, left, origins, &run, 1, panel, makeSink);
}

/** Rows [m0, m1) and the panels whose first column is in [n0, n1). */
void productBlock(const Product& g, Arena& arena, int m0, int m1, int n0, int n1) {
  ArenaScope scope(arena);
  const int rows = m1 - m0;
  // Rows a multiple of 1 KB apart fall into few cache sets: copy them, with a gap, when they are read more than once.
  const bool copy = g.transA || (g.k % 256 == 0 && g.n > 3 * L && rows > 1);
  const int stride = copy ? g.depth + L : g.k;
  float* copied = copy ? arena.floats((size_t)rows * stride) : nullptr;
  int* origins = arena.ints(rows);
  for (int i = 0; i < rows; ++i) origins[i] = i * stride;
  float* own = g.packed ? nullptr : arena.floats((size_t)g.depth * 3 * L);

  for (int k0 = 0; k0 < g.k; k0 += g.depth) {
    const int k1 = imin(g.k, k0 + g.depth), depth = k1 - k0;
    const float* left;
    if (g.transA) {
      transpose(copied, stride, g.a + (int64_t)k0 * g.m + m0, g.m, depth, rows);
      left = copied;
    } else if (copy) {
      for (int i = 0; i < rows; ++i) memcpy(copied + (int64_t)i * stride, g.a + (int64_t)(m0 + i) * g.k + k0, depth * sizeof(float));
      left = copied;
    } else {
      left = g.a + (int64_t)m0 * g.k + k0;
    }
    int64_t packed = (int64_t)k0 * paddedColumns(g.n);
    for (int column = 0; column < g.n;) {
      const int vectors = panelVectors(ceilDiv(g.n - column, L));
      if (column >= n0 && column < n1) {
        const bool first = k0 == 0, last = k1 == g.k;
        if (own) packPanel(g, own, k0, k1, column, vectors);
        const float* panel = own ? own : g.packed + packed;
        if (vectors == 1) passPanel<1>(g, left, origins, m0, rows, depth, panel, column, first, last);
        else if (vectors == 2) passPanel<2>(g, left, origins, m0, rows, depth, panel, column, first, last);
        else passPanel<3>(g, left, origins, m0, rows, depth, panel, column, first, last);
      }
      packed += (int64_t)depth * vectors * L;
      column += vectors * L;
    }
  }
}

int depthOf(int k) { return ceilDiv(k, ceilDiv(k, kDepth)); }

void productAlone(const Product& shared, Arena& arena) {
  ArenaScope scope(arena);
  Product g = shared;
  if (g.m > kRows) {
    g.packed = arena.floats((size_t)g.k * paddedColumns(g.n));
    for (int k0 = 0; k0 < g.k; k0 += g.depth) packDepth(g, k0, imin(g.k, k0 + g.depth));
  }
  for (int m0 = 0; m0 < g.m; m0 += kRows) productBlock(g, arena, m0, imin(g.m, m0 + kRows), 0, g.n);
}

void productShared(Context& context, Product g) {
  Arena& arena = context.arena(0);
  ArenaScope scope(arena);
  if (g.m > kRows) {
    g.packed = arena.floats((size_t)g.k * paddedColumns(g.n));
    context.parallel(ceilDiv(g.k, g.depth), [&](int pass, int) { packDepth(g, pass * g.depth, imin(g.k, (pass + 1) * g.depth)); });
  }
  const int rowItems = ceilDiv(g.m, kRows), rows = ceilDiv(g.m, rowItems);
  const int colItems = ceilDiv(g.n, rowItems > 3 ? kColumns : kColumns / 4), cols = ceilDiv(g.n, colItems);
  context.parallel(rowItems * colItems, [&](int item, int worker) {
    const int m0 = item / colItems * rows, n0 = item % colItems * cols;
    if (m0 < g.m && n0 < g.n) productBlock(g, context.arena(worker), m0, imin(g.m, m0 + rows), n0, imin(g.n, n0 + cols));
  });
}

}  // namespace

void matmul(Context& context, const MatMulDesc& d, const float* a, const float* b, const Epilogue& epilogue, float* c) {
  if (d.m == 0 || d.n == 0 || d.batch == 0) return;
  if (d.k == 0) {
    for (int64_t i = 0; i < (int64_t)d.batch * d.m * d.n; ++i) {
      vf value = splat(epilogue.bias ? epilogue.bias[i % d.n] : 0.0f);
      value = activate(value, epilogue.activation);
      c[i] = value[0];
    }
    return;
  }
  Arena& arena = context.arena(0);
  ArenaScope scope(arena);
  const float* bias = nullptr;
  if (epilogue.bias) {
    float* padded = arena.floats(paddedColumns(d.n));
    memset(padded, 0, paddedColumns(d.n) * sizeof(float));
    memcpy(padded, epilogue.bias, d.n * sizeof(float));
    bias = padded;
  }
  Product g = {d.m, d.n, d.k, d.transA, d.transB, a, b, c, bias, epilogue.activation, nullptr, depthOf(d.k)};
  const bool sameRight = d.batch > 1 && d.strideB == 0 && !d.transA && d.strideA == (int64_t)d.m * d.k;
  if (d.batch == 1 || sameRight) {
    g.m = d.batch * d.m;  // the rows of all matrices, one after the other
    productShared(context, g);
    return;
  }
  context.parallel(d.batch, [&](int item, int worker) {
    Product one = g;
    one.a += item * d.strideA;
    one.b += item * d.strideB;
    one.c += (int64_t)item * d.m * d.n;
    productAlone(one, context.arena(worker));
  });
}

}  // namespace KH_ARCH
}  // namespace kh
