import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import {
  chipCost,
  chipNames,
  costBreakdown,
  type DepthwiseRule,
  floorPlan,
  gantt,
  loadChip,
  type Mapping,
  mapNetwork,
  mostChips,
  mostInferences,
  type Phases,
  type PlacementPolicy,
  parseLimits,
  placementPolicies,
  type Simulation,
  simulateChip,
  standalone,
  summarise,
} from '../../chip/index.js';
import { fail, makeFolder } from '../../config/index.js';
import { baselineNames } from '../../nn/index.js';
import { chipWith, type HardwareChoice, hardwareNote } from '../../space/index.js';
import { guardWrite, requireWritableFolder, writeFileAtomic } from '../../store/index.js';
import { describeMapping } from '../describe-mapping.js';
import { givenFlags, jsonFlag, outputPath, refuseFlags, wholeNumber } from '../flags.js';
import { processOutput } from '../output.js';
import { crossbarChoice, networkKinds, readNetwork } from '../read-network.js';

interface MapFlags {
  readonly chip: string;
  readonly placement: PlacementPolicy;
  readonly depthwise: DepthwiseRule;
  readonly replicate?: true;
  readonly chips: number;
  readonly reprogram?: true;
  readonly batch: number;
  readonly phases: '1' | '4';
  readonly limits: string;
  readonly simulate?: number;
  readonly svg?: string;
  readonly json?: true;
}

const examples = `
Examples:
  $ kirchhoff map resnet8
  $ kirchhoff map results/0f3k9x2m1a7b/best/architecture.json --chip hermes-64 --json
  $ kirchhoff map model.onnx --placement packed --phases 4 --svg pictures
  $ kirchhoff map resnet56 --chips 2 --limits cores=128,latency=5e-3,energy=1e-3`;

/** `kirchhoff map`: a network on a chip, without training it. */
export function mapCommand(): Command {
  const command = new Command('map');
  return command
    .description('put a network on a chip: cores, time, energy, area, and whether it fits')
    .argument('<network>', networkKinds)
    .option('--chip <name|file>', `${chipNames().join(', ')}, or a chip description (YAML, JSON)`, 'hermes-64')
    .addOption(
      choice('--placement <policy>', 'one block per core, as few cores as possible, or even work', [
        ...placementPolicies,
      ]).default('onePerCore'),
    )
    .addOption(
      choice(
        '--depthwise <rule>',
        'depthwise convolutions as dense blocks, on the digital units, or as a lower bound',
        ['dense', 'digital', 'compact'],
      ).default('dense'),
    )
    .option('--replicate', 'fill free cores with copies of the slowest layers')
    .option('--chips <n>', 'chips of this kind side by side', wholeNumber(1, mostChips), 1)
    .option('--reprogram', 'write the chip again in every inference where the network is too large')
    .option('--batch <n>', 'inferences that share one such writing', wholeNumber(1), 1)
    .addOption(choice('--phases <n>', 'read mode: 1 is fast, 4 is precise', ['1', '4']).default('1'))
    .option('--limits <list>', 'a name and numbers, for example tinyml,energy=2e-4, or none', 'tinyml')
    .option('--simulate <n>', 'play n inferences through the chip, event by event', wholeNumber(1, mostInferences))
    .option('--svg <folder>', 'write floor-plan.svg, timeline.svg and cost.svg there', outputPath)
    .addOption(jsonFlag())
    .addHelpText('after', examples)
    .action(async (subject: string, flags: MapFlags) => {
      const output = processOutput(flags.json === true);
      if (flags.batch > 1 && flags.reprogram !== true) {
        fail('USAGE', 'There is no writing that a batch could share.', {
          source: '--batch',
          found: `${flags.batch} without --reprogram`,
          accepted: '--batch together with --reprogram',
        });
      }
      if (flags.svg !== undefined) requireWritableFolder(flags.svg, '--svg');
      const limits = parseLimits(flags.limits);
      const chip = loadChip(flags.chip);
      const graph = await readNetwork(subject);
      if (baselineNames.includes(subject) && existsSync(subject)) {
        output.note(`note: this is the baseline ${subject}; what lies here under that name is ./${subject}`);
      }
      const chosen = crossbarChoice(subject);
      if (chosen !== null) {
        refuseFlags(command, 'an architecture that chose its crossbars', givenFlags(command, ['phases']));
        output.note(choiceNote(chosen));
      }
      const mapping = mapNetwork(graph, chosen === null ? chip : chipWith(chip, chosen), flags);
      const phases = chosen?.phases ?? (Number(flags.phases) as Phases);
      const summary = summarise(graph, mapping, { phases, batch: flags.batch, limits });
      const simulation =
        flags.simulate === undefined ? undefined : simulateChip(mapping, { phases, inferences: flags.simulate });
      const files =
        flags.svg === undefined ? [] : writePictures(flags.svg, mapping, { phases, batch: flags.batch }, simulation);
      output.answer({ ...summary, ...(simulation !== undefined && { simulation }), files }, () =>
        describeMapping(summary, flags.limits, simulation, files),
      );
    });
}

/** What figures of a joint space are for. */
function choiceNote({ tile, dacBits, adcBits, phases }: HardwareChoice): string {
  const chosen = `tiles of ${tile} x ${tile}, ${dacBits}-bit DACs, ${adcBits}-bit ADCs, ${phases}-phase reads`;
  return `note: this architecture chose its crossbars, too (${chosen}). ${hardwareNote}`;
}

function choice(flag: string, words: string, accepted: string[]): Option {
  return new Option(flag, words).choices(accepted);
}

function writePictures(
  folder: string,
  mapping: Mapping,
  read: { readonly phases: Phases; readonly batch: number },
  simulation: Simulation | undefined,
): readonly string[] {
  const pictures: Record<string, string> = {
    'floor-plan.svg': floorPlan(mapping),
    ...(mapping.rounds === 1 && {
      'timeline.svg': gantt(simulation ?? simulateChip(mapping, { phases: read.phases, inferences: 4 })),
    }),
    'cost.svg': costBreakdown(chipCost(mapping, read)),
  };
  const write = () => {
    makeFolder(folder);
    return Object.entries(pictures).map(([name, svg]) => {
      const file = join(folder, name);
      writeFileAtomic(file, standalone(svg));
      return file;
    });
  };
  return guardWrite(folder, write, 'name another folder with --svg');
}
