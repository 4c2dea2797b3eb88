import { join } from 'node:path';
import { z } from 'zod';
import { type LabelWarp, labelWarp, toScores } from '../label-warp.js';
import { type Belief, fitsMeanOnly, type Model, type ModelMaker, type Purpose } from '../model.js';
import { readModelFile, writeModelFile } from '../model-file.js';
import type { FeatureTable } from '../xgboost/booster.js';

const warpSchema = z.strictObject({
  kind: z.literal('blend'),
  warp: z.strictObject({ labels: z.array(z.number()), scores: z.array(z.number()) }),
});

/**
 * Two models that err differently: a ranker's order and a process' order, averaged; mean and uncertainty are the
 * process'. The ranker's scores have no unit, so they are first mapped to normal scores by their own distribution over the
 * training rows. (Averaging ranks would make a score depend on which rows are asked about together.)
 */
export class BlendMaker implements ModelMaker {
  readonly engine: string;

  constructor(
    private readonly ranker: ModelMaker,
    private readonly process: ModelMaker,
  ) {
    this.engine = `${ranker.engine} + ${process.engine}`;
  }

  fit(table: FeatureTable, labels: Float64Array, seed: number, purpose: Purpose): Model {
    if (fitsMeanOnly(purpose)) return this.process.fit(table, labels, seed, purpose);
    const process = this.process.fit(table, labels, seed, 'both');
    const ranker = this.ranker.fit(table, labels, seed, 'order');
    const warp = labelWarp(Float64Array.from(ranker.predict(table).score));
    return new Blend(ranker, process, warp);
  }

  load(folder: string, name: string, purpose: Purpose): Model {
    if (fitsMeanOnly(purpose)) return this.process.load(folder, name, purpose);
    const { warp } = readModelFile(warpFile(folder, name), warpSchema);
    return new Blend(this.ranker.load(folder, name, 'order'), this.process.load(folder, name, 'both'), warp);
  }
}

class Blend implements Model {
  constructor(
    private readonly ranker: Model,
    private readonly process: Model,
    private readonly warp: LabelWarp,
  ) {}

  get features(): number {
    return this.process.features;
  }

  predict(table: FeatureTable): Belief {
    const belief = this.process.predict(table);
    const ranked = toScores(this.warp, Float64Array.from(this.ranker.predict(table).score));
    return { ...belief, score: ranked.map((value, i) => (value + belief.score[i]!) / 2) };
  }

  save(folder: string, name: string): void {
    this.ranker.save(folder, name);
    this.process.save(folder, name);
    writeModelFile(warpFile(folder, name), { kind: 'blend', warp: this.warp });
  }

  dispose(): void {
    this.ranker.dispose();
    this.process.dispose();
  }
}

function warpFile(folder: string, name: string): string {
  return join(folder, `blend-${name}.json`);
}
