import { GraphBuilder, type NetworkGraph, type Wire } from '../../nn/index.js';
import type { BranchConv } from './block-types.js';
import type { MainBlock, NetworkLayout } from './layout.js';

/**
 * The network graph of an architecture. Every convolution is followed by batch norm; ReLU stands between the
 * convolutions of a branch and after each sum. Padding is 'same'; the graph ends in logits.
 */
export function buildAnalogNas(
  { stem, mainBlocks, classes }: NetworkLayout,
  inputShape: readonly [number, number, number],
  name: string,
): NetworkGraph {
  const builder = new GraphBuilder(name, inputShape);
  let wire = convNorm(builder.input, stem.kernel, stem.to, stem.stride, 'stem').relu({ id: 'stem.relu' });
  for (const [j, block] of mainBlocks.entries()) {
    for (let r = 0; r < block.residualBlocks; r++) wire = residualBlock(wire, block, r, `block${j + 1}.${r + 1}`);
  }
  return builder.build(wire.globalAvgPool({ id: 'pool' }).dense(classes, { id: 'classifier' }));
}

/** The sum of the branches and the skip; only the first residual block of a main block changes the shape. */
function residualBlock(input: Wire, block: MainBlock, index: number, id: string): Wire {
  const first = index === 0;
  const convs = first ? block.firstConvs : block.otherConvs;
  const stride = first ? block.stride : 1;
  const skip = first && block.projects ? convNorm(input, 1, block.to, stride, `${id}.skip`) : input;
  const branches = Array.from({ length: block.branches }, (_, b) =>
    branch(input, convs, stride, `${id}.branch${b + 1}`),
  );
  return skip.add(branches, { id: `${id}.sum` }).relu({ id: `${id}.relu` });
}

function branch(input: Wire, convs: readonly BranchConv[], stride: number, id: string): Wire {
  return convs.reduce((wire, { kernel, to, strided }, i) => {
    const before = i === 0 ? wire : wire.relu({ id: `${id}.relu${i}` });
    return convNorm(before, kernel, to, strided ? stride : 1, `${id}.conv${i + 1}`);
  }, input);
}

function convNorm(input: Wire, kernel: number, filters: number, strides: number, id: string): Wire {
  return input.conv2d({ id, kernel, filters, strides, bias: false }).batchNorm({ id: `${id}.norm` });
}
