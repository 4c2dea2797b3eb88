// Convolution and its two gradients as implicit matrix products over slabs (slab.h) and register blocks (gemm-block.h).
#include "conv2d.h"

#include "conv2d-sinks.h"
#include "slab.h"

namespace kh {
namespace KH_ARCH {
namespace {

/** Patches times packed filters. `outputs` has the output offset of each patch of an item, relative to its own base. */
struct GridProduct {
  Slab slab;
  const float* source;
  const float* packed;  // panels of `columns` columns over slab.reduction rows
  int columns;
  const float* bias;    // padded, or null
  Activation activation;
  float* out;
  int64_t outImage, outRow, outCol;
  int* outputs;
};

template <int V>
void productPanel(const GridProduct& g, int pixels, const float* base, const float* panel, int column, float* out) {
  const auto makeSink = [&](int row) __attribute__((always_inline)) {
    return StoreSink{out + column, g.outputs + row, g.bias ? g.bias + column : nullptr, g.activation, g.columns - column};
  };
  panelRows<V>(pixels, base, g.slab.origins, g.slab.runs, g.slab.runCount, panel, makeSink);
}

void productItem(const GridProduct& g, Arena& arena, int item) {
  ArenaScope scope(arena);
  const Place place = placeItem(g.slab, item);
  float* buffer = g.slab.direct ? nullptr : arena.floats(g.slab.floats);
  const float* base = fillSlab(g.slab, g.source, buffer, place, CopyFloats{});
  const int pixels = place.images * place.rows * g.slab.g.gw;
  float* out = g.out + place.image * g.outImage + place.gy * g.outRow;
  const float* panel = g.packed;
  for (int column = 0; column < g.columns;) {
    const int vectors = panelVectors(ceilDiv(g.columns - column, L));
    if (vectors == 1) productPanel<1>(g, pixels, base, panel, column, out);
    else if (vectors == 2) productPanel<2>(g, pixels, base, panel, column, out);
    else productPanel<3>(g, pixels, base, panel, column, out);
    panel += (int64_t)g.slab.reduction * vectors * L;
    column += vectors * L;
  }
}

void runProduct(Context& context, GridProduct& g) {
  Arena& arena = context.arena(0);
  g.outputs = arena.ints(g.slab.pixels);
  int* at = g.outputs;
  for (int image = 0; image < g.slab.imagesPerItem; ++image)
    for (int y = 0; y < g.slab.rowsPerItem; ++y)
      for (int x = 0; x < g.slab.g.gw; ++x) *at++ = (int)(image * g.outImage + y * g.outRow + x * g.outCol);
  context.parallel(g.slab.items, [&](int item, int worker) { productItem(g, context.arena(worker), item); });
}

const float* padBias(Arena& arena, const float* bias, int columns) {
  if (!bias) return nullptr;
  const int padded = paddedColumns(columns);
  float* out = arena.floats(padded);
  memset(out, 0, padded * sizeof(float));
  memcpy(out, bias, columns * sizeof(float));
  return out;
}

/** A row-major matrix [rows, columns] in panels. */
const float* packMatrix(Arena& arena, const float* b, int rows, int columns) {
  float* packed = arena.floats((size_t)rows * paddedColumns(columns));
  float* panel = packed;
  for (int column = 0; column < columns;) {
    const int vectors = panelVectors(ceilDiv(columns - column, L));
    packPanelRows(panel, b, columns, rows, column, columns, vectors);
    panel += (int64_t)rows * vectors * L;
    column += vectors * L;
  }
  return packed;
}

}  // namespace

void conv2d(Context& context, const Conv2DDesc& d, const float* x, const float* w, const Epilogue& epilogue, float* y) {
  Arena& arena = context.arena(0);
  ArenaScope scope(arena);
  int* ty = arena.ints(d.kh);
  int* tx = arena.ints(d.kw);
  for (int i = 0; i < d.kh; ++i) ty[i] = i * d.dh - d.padT;
  for (int j = 0; j < d.kw; ++j) tx[j] = j * d.dw - d.padL;
  GridProduct g{};
  g.slab = planSlab(arena, {d.n, d.h, d.w, d.c, d.ho, d.wo, d.sh, d.sw, d.kh, d.kw, ty, tx}, true, kItemPixels);
  g.source = x;
  g.packed = packMatrix(arena, w, d.kh * d.kw * d.c, d.k);  // the order of HWIO rows is the order of the runs
  g.columns = d.k;
  g.bias = padBias(arena, epilogue.bias, d.k);
  g.activation = epilogue.activation;
  g.out = y;
  g.outCol = d.k;
  g.outRow = (int64_t)d.wo * d.k;
  g.outImage = d.ho * g.outRow;
  runProduct(context, g);
}

namespace {

/** Taps i of one axis that reach input positions r, r+s, r+2s, ...: offsets into the output, ascending, and their i. */
int tapsOfClass(int r, int taps, int stride, int dilation, int pad, int* offsets, int* index) {
  int count = 0;
  for (int i = taps - 1; i >= 0; --i) {
    const int distance = r + pad - i * dilation;
    if (((distance % stride) + stride) % stride != 0) continue;
    offsets[count] = distance >= 0 ? distance / stride : -((-distance) / stride);
    index[count++] = i;
  }
  return count;
}

/** Filters of one class as a right matrix [taps, k] x [c], in panels: row (i, j, o), column ci = w[i, j, ci, o]. */
const float* packTransposed(Arena& arena, const Conv2DDesc& d, const float* w, const int* rows, int rowCount, const int* cols, int colCount) {
  const int reduction = rowCount * colCount * d.k;
  float* packed = arena.floats((size_t)reduction * paddedColumns(d.c));
  float* panel = packed;
  for (int column = 0; column < d.c;) {
    const int vectors = panelVectors(ceilDiv(d.c - column, L));
    const int width = vectors * L;
    const int valid = imin(width, d.c - column);
    if (valid < width) memset(panel, 0, (size_t)reduction * width * sizeof(float));
    float* to = panel;
    for (int i = 0; i < rowCount; ++i)
      for (int j = 0; j < colCount; ++j, to += (int64_t)d.k * width)
        transpose(to, width, w + ((int64_t)(rows[i] * d.kw + cols[j]) * d.c + column) * d.k, d.k, valid, d.k);
    panel += (int64_t)reduction * width;
    column += width;
  }
  return packed;
}

}  // namespace

void conv2dInputGrad(Context& context, const Conv2DDesc& d, const float* dy, const float* w, float* dx) {
  // Input positions of one residue class modulo the strides see the same taps: each class is a stride-1 product over dy.
  Arena& arena = context.arena(0);
  if (d.sh > d.kh || d.sw > d.kw || d.dh > 1 || d.dw > 1) {  // some classes may see no tap
    const int64_t image = (int64_t)d.h * d.w * d.c;
    context.parallel(d.n, [&](int item, int) { memset(dx + item * image, 0, image * sizeof(float)); });
  }
  for (int ry = 0; ry < imin(d.sh, d.h); ++ry) {
    for (int rx = 0; rx < imin(d.sw, d.w); ++rx) {
      ArenaScope scope(arena);
      int* ty = arena.ints(d.kh);
      int* tx = arena.ints(d.kw);
      int* rows = arena.ints(d.kh);
      int* cols = arena.ints(d.kw);
      const int rowTaps = tapsOfClass(ry, d.kh, d.sh, d.dh, d.padT, ty, rows);
      const int colTaps = tapsOfClass(rx, d.kw, d.sw, d.dw, d.padL, tx, cols);
      const int gh = (d.h - ry + d.sh - 1) / d.sh, gw = (d.w - rx + d.sw - 1) / d.sw;
      const int64_t row = (int64_t)d.w * d.c;
      float* out = dx + ry * row + (int64_t)rx * d.c;
      if (rowTaps == 0 || colTaps == 0) continue;
      GridProduct g{};
      g.slab = planSlab(arena, {d.n, d.ho, d.wo, d.k, gh, gw, 1, 1, rowTaps, colTaps, ty, tx}, true, kItemPixels);
      g.source = dy;
      g.packed = packTransposed(arena, d, w, rows, rowTaps, cols, colTaps);
      g.columns = d.c;
      g.out = out;
      g.outCol = (int64_t)d.sw * d.c;
      g.outRow = d.sh * row;
      g.outImage = d.h * row;
      runProduct(context, g);
    }
  }
}

namespace {

// Filter gradient: block of M filter rows (neighbouring floats of a run) by V vectors of output channels, summed over patches.
#if defined(__AVX512F__)
template <int V> struct GradRows { static constexpr int value = V == 1 ? 24 : V == 2 ? 12 : 8; };
#else
template <int V> struct GradRows { static constexpr int value = V == 1 ? 10 : V == 2 ? 6 : 4; };
#endif

/** What one block sums over: `rows` patch rows of each of `images` images, with `cols` patches each. */
struct GradWalk {
  int images, rows, cols;
  int64_t leftImage, leftRow, leftCol;  // steps in the slab
};

/** `grad`: V vectors for each position, one position after the other. */
template <int M, int V>
void gradBlock(const GradWalk& g, const float* left, const float* grad, float* out, int64_t ldo, bool first) {
  vf acc[M][V];
#pragma GCC unroll 32
  for (int m = 0; m < M; ++m)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) acc[m][v] = first ? zero() : load(out + m * ldo + v * L);
  for (int image = 0; image < g.images; ++image) {
    for (int row = 0; row < g.rows; ++row) {
      const float* a = left + image * g.leftImage + row * g.leftRow;
      for (int x = 0; x < g.cols; ++x, a += g.leftCol, grad += V * L) {
        vf right[V];
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) right[v] = load(grad + v * L);
#pragma GCC unroll 32
        for (int m = 0; m < M; ++m) {
          const vf value = splat(a[m]);
#pragma GCC unroll 4
          for (int v = 0; v < V; ++v) acc[m][v] += value * right[v];
        }
      }
    }
  }
#pragma GCC unroll 32
  for (int m = 0; m < M; ++m)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) store(out + m * ldo + v * L, acc[m][v]);
}

template <int V, int M>
struct GradDispatch {
  static void call(int m, const GradWalk& g, const float* left, const float* grad, float* out, int64_t ldo, bool first) {
    if (m == M) gradBlock<M, V>(g, left, grad, out, ldo, first);
    else GradDispatch<V, M - 1>::call(m, g, left, grad, out, ldo, first);
  }
};
template <int V>
struct GradDispatch<V, 0> {
  static void call(int, const GradWalk&, const float*, const float*, float*, int64_t, bool) {}
};

template <int V>
void gradPanel(const Slab& s, const GradWalk& g, const float* base, const float* grad, float* out, int64_t ldo, bool first) {
  for (int r = 0; r < s.runCount; ++r) {
    const int length = s.runs[r].length;
    const int pieces = ceilDiv(length, GradRows<V>::value);
    for (int piece = 0; piece < pieces; ++piece) {
      const int m0 = (int)((int64_t)length * piece / pieces), m1 = (int)((int64_t)length * (piece + 1) / pieces);
      GradDispatch<V, GradRows<V>::value>::call(m1 - m0, g, base + s.runs[r].offset + m0, grad, out + m0 * ldo, ldo, first);
    }
    out += length * ldo;
  }
}

/** The input of a layer on tiles as its DAC sees it. */
struct ClipCopy {
  float bound;
  void operator()(float* to, const float* from, int64_t count) const {
    const vf high = splat(bound), low = splat(-bound);
    int64_t i = 0;
    for (; i + L <= count; i += L) store(to + i, vmax(low, vmin(high, load(from + i))));
    if (i < count) storePart(to + i, vmax(low, vmin(high, loadPart(from + i, (int)(count - i)))), (int)(count - i));
  }
};

/**
 * All columns of some positions. The gradients of each panel are packed first: rows of 64 channels lie 256 bytes apart and
 * would share a quarter of the first-level cache's sets with the patches. `buffer` has room for the widest panel.
 */
void gradPanels(const Slab& s, const GradWalk& walk, int k, const float* base, const float* grad, float* buffer, float* sum, int64_t ldo, bool first) {
  for (int column = 0; column < k;) {
    const int vectors = panelVectors(ceilDiv(k - column, L));
    const float* packed = grad;
    if (vectors * L != k) {
      packPanelRows(buffer, grad, k, walk.images * walk.rows * walk.cols, column, k, vectors);
      packed = buffer;
    }
    if (vectors == 1) gradPanel<1>(s, walk, base, packed, sum + column, ldo, first);
    else if (vectors == 2) gradPanel<2>(s, walk, base, packed, sum + column, ldo, first);
    else gradPanel<3>(s, walk, base, packed, sum + column, ldo, first);
    column += vectors * L;
  }
}

#if defined(__AVX512F__)
constexpr int kGradBlockPixels = 1 << 20;  // the second-level cache is fast enough for blocks of 24 multiplications per value
#else
constexpr int kGradBlockPixels = 128;
#endif
constexpr int kGradChunks = 8;         // partial sums at most: a fixed number, so that threads do not change the result
constexpr int kGradChunkPixels = 512;  // positions that pay for adding one partial sum
constexpr int64_t kSumFloats = 1 << 15;  // numbers of partial sums that one thread adds at a time

}  // namespace

void conv2dFilterGrad(Context& context, const Conv2DDesc& d, const float* x, const float* dy, float* dw, float clip) {
  Arena& arena = context.arena(0);
  ArenaScope scope(arena);
  const int rows = d.kh * d.kw * d.c;
  int* ty = arena.ints(d.kh);
  int* tx = arena.ints(d.kw);
  for (int i = 0; i < d.kh; ++i) ty[i] = i * d.dh - d.padT;
  for (int j = 0; j < d.kw; ++j) tx[j] = j * d.dw - d.padL;
  const Slab s = planSlab(arena, {d.n, d.h, d.w, d.c, d.ho, d.wo, d.sh, d.sw, d.kh, d.kw, ty, tx}, !(clip > 0), kItemPixels);

  const int64_t ldo = paddedColumns(d.k);
  const int64_t sumFloats = rows * ldo;
  int chunks = (int)lmin(kGradChunks, lmin(s.items, lmax(1, (int64_t)d.n * d.ho * d.wo / kGradChunkPixels)));
  chunks = (int)lmax(1, lmin(chunks, (int64_t)(16 << 20) / lmax(1, sumFloats * 4)));
  float* sums = arena.floats((size_t)chunks * sumFloats);
  const int64_t outRow = (int64_t)d.wo * d.k;

  context.parallel(chunks, [&](int chunk, int worker) {
    Arena& own = context.arena(worker);
    ArenaScope inner(own);
    float* buffer = s.direct ? nullptr : own.floats(s.floats);
    float* packed = own.floats((size_t)s.pixels * 3 * L);
    float* sum = sums + chunk * sumFloats;
    const int first = (int)((int64_t)s.items * chunk / chunks), last = (int)((int64_t)s.items * (chunk + 1) / chunks);
    for (int item = first; item < last; ++item) {
      const Place place = placeItem(s, item);
      const float* base = clip > 0 ? fillSlab(s, x, buffer, place, ClipCopy{clip}) : fillSlab(s, x, buffer, place, CopyFloats{});
      const float* grad = dy + ((int64_t)place.image * d.ho + place.gy) * outRow;
      // Blocks of positions whose gradients stay in the first-level cache while all rows of the filter pass over them.
      const int rowsAtOnce = imin(place.rows, imax(1, kGradBlockPixels / d.wo));
      const int imagesAtOnce = rowsAtOnce < place.rows ? 1 : imax(1, kGradBlockPixels / (place.rows * d.wo));
      for (int image = 0; image < place.images; image += imagesAtOnce) {
        for (int row = 0; row < place.rows; row += rowsAtOnce) {
          const GradWalk walk = {imin(imagesAtOnce, place.images - image), imin(rowsAtOnce, place.rows - row), d.wo,
                                 s.imageStride, (int64_t)d.sh * s.rowStride, (int64_t)d.sw * d.c};
          const float* blockBase = base + image * walk.leftImage + row * walk.leftRow;
          const float* blockGrad = grad + ((int64_t)image * d.ho + row) * outRow;
          gradPanels(s, walk, d.k, blockBase, blockGrad, packed, sum, ldo, item == first && image == 0 && row == 0);
        }
      }
    }
  });

  const int rowsAtOnce = imax(1, (int)(kSumFloats / (chunks * ldo)));
  context.parallel(ceilDiv(rows, rowsAtOnce), [&](int item, int) {
    const int first = item * rowsAtOnce;
    for (int row = first; row < imin(rows, first + rowsAtOnce); ++row) {
      for (int column = 0; column < d.k; column += L) {
        vf total = load(sums + row * ldo + column);
        for (int chunk = 1; chunk < chunks; ++chunk) total += load(sums + chunk * sumFloats + row * ldo + column);
        const int n = imin(L, d.k - column);
        float* to = dw + (int64_t)row * d.k + column;
        if (n == L) store(to, total);
        else storePart(to, total, n);
      }
    }
  });
}

}  // namespace KH_ARCH
}  // namespace kh
