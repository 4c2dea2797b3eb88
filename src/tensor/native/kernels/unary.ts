import type { NativeAddon } from '../addon.js';
import { pack } from '../addon.js';
import { allFloat, kernel, type NativeKernel, sizeOf } from '../kernel.js';

interface UnaryAttrs {
  readonly alpha?: number;
  readonly clipValueMin?: number;
  readonly clipValueMax?: number;
}

/** Default of `alpha` per operation, where there is one (as in tfjs). */
const defaultAlpha: Readonly<Record<string, number>> = { LeakyRelu: 0.2, Step: 0 };

/** Elementwise functions of one tensor. */
export function unaryKernels(addon: NativeAddon): NativeKernel[] {
  return addon.unaryOps.map((name, op) =>
    kernel<UnaryAttrs>(name, ({ inputs, attrs, backend, otherwise }) => {
      const x = inputs.x!;
      if (!allFloat(x)) return otherwise();
      const n = sizeOf(x.shape);
      const a = attrs.clipValueMin ?? attrs.alpha ?? defaultAlpha[name] ?? 0;
      const [info, out] = backend.output(x.shape, n);
      addon.unary(pack([op, n, a, attrs.clipValueMax ?? 0]), backend.floats(x), out);
      return info;
    }),
  );
}
