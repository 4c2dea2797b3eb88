/** One convolution of a branch; a batch norm follows each. */
export interface BranchConv {
  /** Height and width of the kernel. */
  readonly kernel: 1 | 3 | 5;
  readonly from: number;
  readonly to: number;
  /** Whether this convolution takes the stride of its residual block. */
  readonly strided: boolean;
}

/** A kind of branch: a chain of convolutions from the block's input width to its output width. */
export interface BlockType {
  readonly letter: 'A' | 'B' | 'C' | 'D';
  readonly name: string;
  convs(from: number, to: number): readonly BranchConv[];
}

/** Widening inside {@link fusedInvertedBottleneck}. */
const EXPANSION = 2;

/** He et al. 2016: two 3x3 convolutions. */
const basic: BlockType = {
  letter: 'A',
  name: 'basic: 3x3, 3x3',
  convs: (from, to) => [
    { kernel: 3, from, to, strided: true },
    { kernel: 3, from: to, to, strided: false },
  ],
};

/** He et al. 2016: 1x1 down to a quarter of the width (never under 4 channels), 3x3, 1x1 up. */
const bottleneck: BlockType = {
  letter: 'B',
  name: 'bottleneck: 1x1, 3x3, 1x1',
  convs: (from, to) => {
    const middle = Math.max(4, Math.ceil(to / 4));
    return [
      { kernel: 1, from, to: middle, strided: false },
      { kernel: 3, from: middle, to: middle, strided: true },
      { kernel: 1, from: middle, to, strided: false },
    ];
  },
};

/**
 * 3x3 to twice the width, 1x1 back: about the weights of type A (20 w^2 against 18 w^2) on fewer crossbars. Columns of a
 * crossbar are cheap, rows are not: the 3x3 fills twice as many columns of the same row blocks, and the second matrix
 * has 2w rows instead of 9w. On 256x256 crossbars and w = 64 a branch takes 4 crossbars, type A 6; at w = 32 it takes 3
 * against 4. The 1x1 also adds up fewer noisy cells per output. (Without the depthwise convolution of the usual
 * inverted bottleneck, which uses one column per nine rows of a crossbar.)
 */
const fusedInvertedBottleneck: BlockType = {
  letter: 'C',
  name: 'fused inverted bottleneck: 3x3 to twice the width, 1x1 back',
  convs: (from, to) => [
    { kernel: 3, from, to: EXPANSION * to, strided: true },
    { kernel: 1, from: EXPANSION * to, to, strided: false },
  ],
};

/**
 * One 5x5 convolution: the receptive field of type A with a single analog conversion, so that noise enters once per
 * block instead of twice. It fills rows that narrow networks leave empty: 10 channels are 250 of 256 rows (a 3x3 has
 * 90), and 16 channels fill two crossbars by 78 % where the two 3x3 of type A fill two by 56 %.
 */
const wideKernel: BlockType = {
  letter: 'D',
  name: 'single 5x5',
  convs: (from, to) => [{ kernel: 5, from, to, strided: true }],
};

/** The block types by their code in a `convBlock` gene: 1 is A, 2 is B, 3 is C, 4 is D. */
export const blockTypes: readonly BlockType[] = [basic, bottleneck, fusedInvertedBottleneck, wideKernel];

/** The type with that code, 1 to 4. */
export function blockType(code: number): BlockType {
  const type = blockTypes[code - 1];
  if (type === undefined) throw new RangeError(`1 <= block type <= ${blockTypes.length} must hold, got ${code}`);
  return type;
}
