import { z } from 'zod';
import type { Architecture, MutationKind } from '../../space/index.js';
import type { Rng } from '../../tensor/index.js';
import { Candidates, drawNew } from './candidates.js';
import { farApart } from './far-apart.js';
import { Memory } from './memory.js';
import { ScoredSet } from './scored-set.js';
import type { Advisor, Strategy, StrategyContext } from './strategy.js';

/** Points of the first hypercube per architecture of the first phase that is chosen among them, and at least. */
const DRAWN_PER_CHOSEN = 20;
const LEAST_HYPERCUBE = 100;

/** Options of {@link Evolution}; the defaults are the paper's where it names one. */
export const evolutionSchema = z.strictObject({
  population: z.number().int().min(2).default(200).describe('architectures scored by the surrogate per generation'),
  generations: z
    .number()
    .int()
    .min(1)
    .default(200)
    .describe('generations on the surrogate before each batch of trials'),
  mutation: z
    .strictObject({
      depth: z.number().min(0).max(1).default(0.8),
      width: z.number().min(0).max(1).default(0.8),
      other: z.number().min(0).max(1).default(0.6),
    })
    .prefault({})
    .describe('chance that a child is changed in depth, in width, or otherwise; at least one change is made'),
  crossover: z.number().min(0).max(1).default(0).describe('share of children that have two parents'),
  explore: z.number().min(0).max(1).default(0).describe('share of each batch drawn uniformly instead of evolved'),
});

export type EvolutionOptions = z.output<typeof evolutionSchema>;

/**
 * The evolutionary search of Benmeziane et al., "AnalogNAS: A Neural Network Design Framework for Accurate Inference
 * with Analog In-Memory Computing" (2023), as the paper describes it: a Latin hypercube to begin with; then, before
 * each batch of trials, generations in which the better half of a population is selected, mutated, and united with
 * its children, scored by the surrogate. Limits hold for every member of every generation. The paper does not say what
 * becomes of the hypercube under limits: here its points beyond them become uniform draws, and of a hypercube many
 * times as large as the first phase those members are tried that lie farthest apart ({@link farApart}).
 *
 * Without a surrogate the better half of the measured trials is mutated instead.
 */
export class Evolution implements Strategy {
  readonly #context: StrategyContext;
  readonly #options: EvolutionOptions;
  readonly #asked: Candidates;
  readonly #memory = new Memory();
  #design?: readonly Architecture[];
  #asks = 0;
  notes: readonly string[] = [];

  constructor(context: StrategyContext, options: EvolutionOptions) {
    this.#context = context;
    this.#options = options;
    this.#asked = new Candidates(context.space, context.admits);
  }

  tell(trials: Parameters<Strategy['tell']>[0]): void {
    this.#memory.tell(trials);
  }

  ask(n: number): Architecture[] {
    const rng = this.#context.rng.child(`ask/${this.#asks++}`);
    const explored = Math.min(n, Math.round(n * this.#options.explore));
    const evolved = this.#propose(n - explored, rng);
    for (const architecture of evolved) this.#asked.add(architecture);
    return [...evolved, ...drawNew(n - evolved.length, this.#asked, rng.child('explore'))];
  }

  #propose(n: number, rng: Rng): Architecture[] {
    const { advisor } = this.#context;
    const known = this.#memory.successes.length;
    if (advisor !== undefined && known >= advisor.after) return this.#evolveOnSurrogate(n, advisor, rng);
    if (known >= 2 && advisor === undefined) return this.#mutateMeasured(n, rng);
    return this.#spread(n);
  }

  /** The next members of a design that is as large as the first phase of the search. */
  #spread(n: number): Architecture[] {
    const { space, advisor, rng, admits } = this.#context;
    if (this.#design === undefined) {
      const phase = Math.max(n, advisor?.after ?? 0);
      const size = Math.max(LEAST_HYPERCUBE, phase * DRAWN_PER_CHOSEN);
      const { architectures, repairedShare } = space.sampleLatinHypercube(size, rng.child('latin-hypercube'), 'redraw');
      this.#design = farApart(space, new Candidates(space, admits, architectures).all, phase);
      this.notes = [
        `The first proposals come from the ${phase} of a Latin hypercube of ${size} that lie farthest apart; ${Math.round(100 * repairedShare)} % of the hypercube lay beyond the limits and was drawn again.`,
      ];
    }
    return this.#novel(this.#design).slice(0, n);
  }

  #mutateMeasured(n: number, rng: Rng): Architecture[] {
    const parents = this.#memory.parents(this.#context.avmLimit, Math.ceil(this.#options.population / 2));
    const children = new Candidates(this.#context.space, this.#context.admits);
    children.fill(n, () => this.#child(rng.pick(parents), parents, rng), { unwanted: this.#asked });
    return children.all;
  }

  #evolveOnSurrogate(n: number, advisor: Advisor, rng: Rng): Architecture[] {
    const { space, avmLimit } = this.#context;
    advisor.learn(this.#memory.trials);
    const scored = new ScoredSet(space, advisor);
    let population = scored.rank(this.#firstPopulation(rng.child('population')), avmLimit);
    for (let generation = 0; generation < this.#options.generations; generation++) {
      population = scored.rank(this.#nextPopulation(population, rng.child(`generation/${generation}`)), avmLimit);
    }
    return scored.rank(this.#novel(scored.all), avmLimit).slice(0, n);
  }

  /** The better half of the measured architectures, filled up by a Latin hypercube and uniform draws. */
  #firstPopulation(rng: Rng): Architecture[] {
    const { space, admits, avmLimit } = this.#context;
    const { population } = this.#options;
    const members = new Candidates(space, admits, this.#memory.parents(avmLimit, Math.ceil(population / 2)));
    for (const architecture of space.sampleLatinHypercube(population - members.size, rng, 'redraw').architectures) {
      members.add(architecture);
    }
    members.fill(population, () => space.sample(rng));
    return members.all;
  }

  /** The better half united with its mutated children. */
  #nextPopulation(ranked: readonly Architecture[], rng: Rng): Architecture[] {
    const selected = ranked.slice(0, Math.ceil(ranked.length / 2));
    const union = new Candidates(this.#context.space, this.#context.admits, selected);
    let turn = 0;
    union.fill(this.#options.population, () => this.#child(selected[turn++ % selected.length]!, selected, rng), {
      patience: 200,
    });
    return union.all;
  }

  #child(parent: Architecture, parents: readonly Architecture[], rng: Rng): Architecture {
    const { space } = this.#context;
    const base = rng.chance(this.#options.crossover) ? space.crossover(parent, rng.pick(parents), rng) : parent;
    const kinds = mutationKinds.filter((kind) => rng.chance(this.#options.mutation[kind]));
    if (kinds.length === 0) return space.mutate(base, rng);
    return kinds.reduce((child, kind) => space.mutate(child, rng, kind), base);
  }

  #novel(architectures: readonly Architecture[]): Architecture[] {
    return architectures.filter((architecture) => !this.#asked.has(architecture));
  }
}

const mutationKinds: readonly MutationKind[] = ['depth', 'width', 'other'];
