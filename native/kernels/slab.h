// Where the rows of a convolution's left matrix come from: a slab, which is a zero-padded copy of a few images (or of
// a few rows of one image) in natural NHWC order. Each input value is copied once, not once per tap, and every patch
// then lies inside the slab, so register blocks need no edge cases. When no tap leaves the image, the image itself is the slab.
#pragma once

#include "../threads/context.h"
#include "gemm-block.h"

namespace kh {
namespace KH_ARCH {

/** A grid of gh x gw patches per image. Patch (gy, gx) reads source rows gy*sy + ty[i] and columns gx*sx + tx[j]; tx ascends. */
struct PatchGrid {
  int images, height, width, channels;
  int gh, gw, sy, sx;
  int rowTaps, colTaps;
  const int* ty;
  const int* tx;
};

struct Slab {
  PatchGrid g;
  int tyMin, txMin;
  bool direct;          // the source needs no padded copy
  bool byRows;          // an item is rowsPerItem patch rows of one image; else imagesPerItem whole images
  int rowsPerItem, imagesPerItem, itemsPerImage, items;
  int slabRows, slabCols;
  int rowStride;        // floats between two source rows
  int64_t imageStride;  // floats between two images
  int pixels;           // patches of a full item
  int* origins;         // [pixels] origin of each patch of an item
  Run* runs;
  int runCount;
  int reduction;        // sum of the run lengths
  size_t floats;        // size of the copy (0 when direct)
};

/** The patches of one item: `images` images from `image`, of each `rows` patch rows from `gy`. */
struct Place {
  int image, gy, images, rows;
};

KH_INLINE Place placeItem(const Slab& s, int item) {
  if (s.byRows) {
    const int gy = item % s.itemsPerImage * s.rowsPerItem;
    return {item / s.itemsPerImage, gy, 1, imin(s.rowsPerItem, s.g.gh - gy)};
  }
  const int image = item * s.imagesPerItem;
  return {image, 0, imin(s.imagesPerItem, s.g.images - image), s.g.gh};
}

constexpr int kSlabFloats = 48 * 1024;  // 192 KB: a slab and a panel of filters stay in a 1 MB second-level cache
constexpr int kItemPixels = 256;                // of whole images: small enough to share the work among threads. Rows of one image: twice that, since cuts copy the rows between them twice

/** Plans the slabs of a grid. `pixelLimit` bounds the patches of an item (see kItemPixels), `mayAlias` allows reading the source in place. */
static Slab planSlab(Arena& arena, const PatchGrid& g, bool mayAlias, int pixelLimit) {
  Slab s{};
  s.g = g;
  int tyMin = g.ty[0], tyMax = g.ty[0];
  for (int i = 1; i < g.rowTaps; ++i) {
    tyMin = imin(tyMin, g.ty[i]);
    tyMax = imax(tyMax, g.ty[i]);
  }
  const int txMin = g.tx[0], txMax = g.tx[g.colTaps - 1];
  s.tyMin = tyMin;
  s.txMin = txMin;
  const int spanRows = (g.gh - 1) * g.sy + tyMax - tyMin + 1;
  s.slabCols = (g.gw - 1) * g.sx + txMax - txMin + 1;
  s.direct = mayAlias && tyMin >= 0 && txMin >= 0 && tyMin + spanRows <= g.height && txMin + s.slabCols <= g.width;
  s.rowStride = (s.direct ? g.width : s.slabCols) * g.channels;
  const int64_t imageFloats = (int64_t)spanRows * s.rowStride;
  const int perImage = g.gh * g.gw;
  if (imageFloats > kSlabFloats || perImage > 2 * pixelLimit) {
    s.byRows = true;
    const int halo = tyMax - tyMin + 1 - g.sy;
    int rows = (int)((kSlabFloats / s.rowStride - halo) / g.sy);
    rows = imin(rows, imax(1, 2 * pixelLimit / g.gw));
    rows = imax(1, imin(rows, g.gh));
    s.itemsPerImage = ceilDiv(g.gh, rows);
    s.rowsPerItem = ceilDiv(g.gh, s.itemsPerImage);
    s.itemsPerImage = ceilDiv(g.gh, s.rowsPerItem);
    s.items = g.images * s.itemsPerImage;
    s.slabRows = (s.rowsPerItem - 1) * g.sy + tyMax - tyMin + 1;
    s.imagesPerItem = 1;
    s.pixels = s.rowsPerItem * g.gw;
  } else {
    const int wanted = imax(1, imin(pixelLimit / perImage, (int)(kSlabFloats / lmax(1, imageFloats))));
    s.imagesPerItem = imin(wanted, g.images);
    s.items = ceilDiv(g.images, s.imagesPerItem);
    s.rowsPerItem = g.gh;
    s.itemsPerImage = 1;
    s.slabRows = spanRows;
    s.pixels = s.imagesPerItem * perImage;
  }
  s.imageStride = s.direct ? (int64_t)g.height * s.rowStride : (int64_t)s.slabRows * s.rowStride;
  s.floats = s.direct ? 0 : (size_t)s.imagesPerItem * s.slabRows * s.rowStride;

  s.origins = arena.ints(s.pixels);
  int* at = s.origins;
  for (int image = 0; image < s.imagesPerItem; ++image)
    for (int y = 0; y < s.rowsPerItem; ++y)
      for (int x = 0; x < g.gw; ++x) *at++ = (int)(image * s.imageStride) + y * g.sy * s.rowStride + x * g.sx * g.channels;

  s.runs = (Run*)arena.take(sizeof(Run) * g.rowTaps * g.colTaps);
  for (int i = 0; i < g.rowTaps; ++i) {
    for (int j = 0; j < g.colTaps;) {
      int end = j + 1;
      while (end < g.colTaps && g.tx[end] == g.tx[end - 1] + 1) ++end;
      s.runs[s.runCount++] = {(g.ty[i] - tyMin) * s.rowStride + (g.tx[j] - txMin) * g.channels, (end - j) * g.channels};
      j = end;
    }
  }
  for (int r = 0; r < s.runCount; ++r) s.reduction += s.runs[r].length;
  return s;
}

struct CopyFloats {
  KH_INLINE void zeros(float* to, int64_t count) { memset(to, 0, count * sizeof(float)); }
  void operator()(float* to, const float* from, int64_t count) const {
    int64_t i = 0;
    for (; i + L <= count; i += L) store(to + i, load(from + i));
    if (i < count) storePart(to + i, loadPart(from + i, (int)(count - i)), (int)(count - i));
  }
};

/** The base that the origins of this item are relative to; fills `buffer` unless the source serves itself. */
template <class Copy>
static const float* fillSlab(const Slab& s, const float* source, float* buffer, const Place& place, const Copy& copy) {
  const PatchGrid& g = s.g;
  const int64_t sourceRow = (int64_t)g.width * g.channels;
  const int top = place.gy * g.sy + s.tyMin;
  if (s.direct) return source + ((int64_t)place.image * g.height + top) * sourceRow + (int64_t)s.txMin * g.channels;
  const int needed = s.byRows ? s.slabRows - (s.rowsPerItem - place.rows) * g.sy : s.slabRows;
  const int leftZero = imin(imax(0, -s.txMin), s.slabCols);
  const int firstCol = imax(0, s.txMin);
  const int copied = imax(0, imin(s.slabCols - leftZero, g.width - firstCol));
  const int rightZero = s.slabCols - leftZero - copied;
  for (int n = 0; n < place.images; ++n) {
    float* to = buffer + n * s.imageStride;
    for (int r = 0; r < needed; ++r, to += s.rowStride) {
      const int y = top + r;
      if (y < 0 || y >= g.height || copied == 0) {
        CopyFloats::zeros(to, s.rowStride);
        continue;
      }
      const float* from = source + ((int64_t)(place.image + n) * g.height + y) * sourceRow + (int64_t)firstCol * g.channels;
      CopyFloats::zeros(to, (int64_t)leftZero * g.channels);
      copy(to + (int64_t)leftZero * g.channels, from, (int64_t)copied * g.channels);
      CopyFloats::zeros(to + (int64_t)(leftZero + copied) * g.channels, (int64_t)rightZero * g.channels);
    }
  }
  return buffer;
}

}  // namespace KH_ARCH
}  // namespace kh
