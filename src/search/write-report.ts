import { join } from 'node:path';
import {
  type ChipCost,
  chipCost,
  costBreakdown,
  floorPlan,
  gantt,
  type Mapping,
  mapNetwork,
  simulateChip,
} from '../chip/index.js';
import { type ReportFront, type ReportPicture, renderReport, reportFromRun } from '../report/index.js';
import { chipFor } from '../space/index.js';
import { type RunRecord, writeFileAtomic } from '../store/index.js';
import type { FrontReport } from './front.js';
import { objectiveKinds } from './objective.js';
import { rankedTrials } from './ranking.js';
import type { SearchResult } from './result.js';
import type { RunSetup } from './setup.js';

/** Name of the report inside a run's folder. */
export const reportFile = 'report.html';

/**
 * Writes `report.html` of a run: drift, progress, Pareto front, the best network drawn and on its chip, all trials. What
 * the result notes, and why a network of the final table has no figures, stands beside every picture.
 */
export function writeReport(folder: string, record: RunRecord, result: SearchResult, setup: RunSetup): void {
  const { space, chip, config } = setup;
  const best = result.rows.find(({ role, measured }) => role === 'found' && measured !== null)?.architecture ?? null;
  const bestGraph = best === null ? null : space.build(best);
  const mapping = bestGraph === null ? null : mapNetwork(bestGraph, chipFor(chip, best));
  const cost = mapping === null ? null : chipCost(mapping);
  const failures = result.rows.flatMap(({ name, reason }) => (reason === null ? [] : [`${name} failed: ${reason}`]));
  const notes = [...result.notes, ...failures];
  const data = reportFromRun({ ...record, state: 'finished', notes }, result, {
    bestGraph,
    arraysAssumed: cost?.parts.some(({ name, assumed }) => name === 'arrays' && assumed),
    pictures: mapping === null ? [] : chipPictures(mapping, cost!),
    bestTrial: rankedTrials(record.trials, config)[0]?.number,
    front: result.front === null ? null : reportFront(result.front),
  });
  writeFileAtomic(join(folder, reportFile), renderReport(data));
}

function reportFront({ objectives, members, hypervolume: { reference, history } }: FrontReport): ReportFront {
  return {
    objectives: objectives.map((name) => ({
      name,
      title: objectiveKinds[name].title,
      goal: objectiveKinds[name].goal,
    })),
    members: members.map(({ number, name, values }) => ({ number, name, values: { ...values } })),
    hypervolume: { reference: { ...reference }, history },
  };
}

function chipPictures(mapping: Mapping, cost: ChipCost): ReportPicture[] {
  const { chip, blocks } = mapping;
  const simulation = simulateChip(mapping);
  return [
    {
      title: 'The best network on the chip',
      caption: `Cores of ${chip.name}, each with its blocks, coloured by layer, and the share of its cells that they fill: one block per core, one copy of each layer.`,
      svg: floorPlan(mapping),
      data: blocks.map(({ layer, copy, core, rowRange, colRange }) => ({
        layer,
        copy,
        core,
        firstRow: rowRange[0],
        endRow: rowRange[1],
        firstColumn: colRange[0],
        endColumn: colRange[1],
      })),
    },
    {
      title: 'Inferences streaming through the chip',
      caption:
        'When each layer works, from an event-level simulation of eight inferences: the full colour is work, the pale part waiting. Arrays and converters only.',
      svg: gantt(simulation),
      data: simulation.spans.map((span) => ({ ...span })),
    },
    {
      title: 'What an inference costs',
      caption: 'Time and energy by part; hatched parts rest on assumed parameters of the chip.',
      svg: costBreakdown(cost),
      data: cost.parts.map((part) => ({ ...part })),
    },
  ];
}
