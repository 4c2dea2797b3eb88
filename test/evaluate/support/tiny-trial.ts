import { loadChip } from '../../../src/chip/index.js';
import { resolveCrossbar } from '../../../src/crossbar/index.js';
import { loadTask } from '../../../src/data/index.js';
import type { TrialSpec } from '../../../src/evaluate/index.js';
import { GraphBuilder, type NetworkGraph } from '../../../src/nn/index.js';
import { useBackend } from '../../../src/tensor/index.js';
import { digitalTrainingSchema, driftEvaluationSchema, hwaTrainingSchema } from '../../../src/training/index.js';

/** A network of one convolution: a trial takes a fraction of a second. */
export function tinyGraph(filters = 4): NetworkGraph {
  const builder = new GraphBuilder(`tiny-${filters}`, [32, 32, 3]);
  const stem = builder.input.conv2d({ filters, kernel: 3, strides: 4, bias: false }).batchNorm().relu();
  return builder.build(stem.globalAvgPool().dense(10));
}

/** A whole trial on a few generated images, with the backend that this machine takes by itself. */
export async function tinyTrial(change: Partial<TrialSpec> = {}): Promise<TrialSpec> {
  const { backend } = await useBackend();
  const images = { name: 'synthetic-shapes', train: 100, validation: 40, test: 30, seed: 1 };
  const { fingerprint } = await loadTask(images);
  return {
    number: 0,
    graph: tinyGraph(),
    seed: 1,
    task: { ...images, fingerprint },
    images: 'validation',
    digital: digitalTrainingSchema.parse({ epochs: 2, batchSize: 20, learningRate: 0.05 }),
    hwa: hwaTrainingSchema.parse({ epochs: 1, batchSize: 20, learningRate: 0.01 }),
    evaluation: driftEvaluationSchema.parse({ times: [1, 86_400, 2_592_000], repeats: 3 }),
    crossbar: resolveCrossbar('pcm-8bit-256'),
    chip: loadChip('hermes-64'),
    backend,
    keepWeights: false,
    ...change,
  };
}
