import type { Fidelity, TrialSpec } from '../evaluate/index.js';
import type { NetworkGraph } from '../nn/index.js';
import { type Architecture, chipFor, crossbarFor } from '../space/index.js';
import { baselineFor } from './baseline.js';
import type { BatchTrial } from './batch-runner.js';
import { driftOf, type SearchConfig } from './config.js';
import { rungFidelity, searchFidelity } from './halving/rungs.js';
import type { Proposal } from './searcher.js';
import type { RunSetup } from './setup.js';
import { inheritanceOf, type TrainedSupernet } from './supernet.js';

/**
 * The trial of a candidate: on the validation images, at the search's fidelity or that of its rung.
 *
 * @param supernet where there is one, the candidate inherits its weights
 */
export function candidateTrial(
  setup: RunSetup,
  number: number,
  { architecture, predicted, rung }: Proposal,
  supernet: TrainedSupernet | null = null,
): BatchTrial {
  const { space } = setup;
  const name = space.hash(architecture);
  const plan = { number, role: 'search', name, architecture, predicted, ...(rung !== undefined && { rung }) } as const;
  const spec = validationSpec(setup, number, architecture, rung);
  return { plan, spec: supernet === null ? spec : { ...spec, inherit: inheritanceOf(setup, supernet, architecture) } };
}

/** A candidate trained in full, to be compared with what it inherited. */
export function checkTrial(setup: RunSetup, number: number, architecture: Architecture): BatchTrial {
  const { space } = setup;
  const plan = { number, role: 'check', name: space.hash(architecture), architecture, predicted: null } as const;
  return { plan, spec: validationSpec(setup, number, architecture) };
}

function validationSpec(setup: RunSetup, number: number, architecture: Architecture, rung?: number): TrialSpec {
  const graph = setup.space.build(architecture);
  const { config } = setup;
  const fidelity = rung === undefined ? searchFidelity(config) : rungFidelity(config, rung);
  const task = rung === undefined ? setup.task : (setup.rungTasks?.[rung] ?? setup.task);
  return { ...common(setup, number, graph, architecture), ...fidelity, task, images: 'validation', keepWeights: false };
}

/** One of the best for the shortlist: on the validation images, trained and measured as for the final table. */
export function shortlistTrial(setup: RunSetup, number: number, architecture: Architecture): BatchTrial {
  const { space } = setup;
  return {
    plan: { number, role: 'shortlist', name: space.hash(architecture), architecture, predicted: null },
    spec: {
      ...tableSpec(setup, number, space.build(architecture), architecture, false),
      images: 'validation',
    },
  };
}

/** A found architecture for the final table: on the test images, at full fidelity. */
export function finalTrial(
  setup: RunSetup,
  number: number,
  architecture: Architecture,
  keepWeights: boolean,
): BatchTrial {
  const { space } = setup;
  return {
    plan: { number, role: 'final', name: space.hash(architecture), architecture, predicted: null },
    spec: tableSpec(setup, number, space.build(architecture), architecture, keepWeights),
  };
}

/** The baseline for the final table: trained and measured as the found ones are. */
export function baselineTrial(setup: RunSetup, number: number, graph: NetworkGraph): BatchTrial {
  return {
    plan: { number, role: 'baseline', name: graph.name, architecture: null, predicted: null },
    spec: tableSpec(setup, number, graph, null, false),
  };
}

/**
 * The trial that measures a network as the final table does.
 *
 * @param subject an architecture, or the name of a baseline
 * @throws ARCHITECTURE_INVALID; GRAPH_INVALID or CONFIG_INVALID for a baseline that is unknown or for other images
 */
export function tableTrial(setup: RunSetup, number: number, subject: Architecture | string): BatchTrial {
  if (typeof subject === 'string') return baselineTrial(setup, number, baselineFor(subject, setup.space.task)!);
  setup.space.validate(subject);
  return finalTrial(setup, number, setup.space.canonical(subject), false);
}

function tableSpec(
  setup: RunSetup,
  number: number,
  graph: NetworkGraph,
  architecture: Architecture | null,
  keepWeights: boolean,
): TrialSpec {
  const base = common(setup, number, graph, architecture);
  return { ...base, ...finalFidelity(setup.config), task: setup.finalTask, images: 'test', keepWeights };
}

function finalFidelity({ training, evaluation, final }: SearchConfig): Fidelity {
  return {
    digital: { ...training.digital, epochs: final.digitalEpochs ?? training.digital.epochs },
    hwa: { ...training.hwa, epochs: final.hwaEpochs ?? training.hwa.epochs },
    evaluation: { ...driftOf(evaluation), repeats: final.repeats ?? evaluation.repeats },
  };
}

/** @param architecture what chooses the crossbars, where its space lets it; null for a baseline */
function common(setup: RunSetup, number: number, graph: NetworkGraph, architecture: Architecture | null) {
  const { config, task, backend } = setup;
  const [crossbar, chip] = [crossbarFor(setup.crossbar, architecture), chipFor(setup.chip, architecture)];
  return { number, graph, seed: config.seed, task, crossbar, chip, backend };
}
