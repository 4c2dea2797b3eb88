import { z } from 'zod';
import { trialRecordSchema } from './trial-record.js';

/** Version of the layout of `run.json`. A change that old files do not survive raises it. */
export const runFormat = 1;

/**
 * Everything `run.json` holds. The journal of trials comes last, so that a file that lost its end still shows what the
 * run was.
 */
export const runRecordSchema = z.strictObject({
  /** Version of this layout. */
  format: z.literal(runFormat),
  /** What wrote it. */
  program: z.strictObject({ name: z.literal('kirchhoff'), version: z.string() }),
  /** Name of the run and of its folder. */
  id: z.string(),
  /** `running` is also what a killed run says. */
  state: z.enum(['running', 'stopped', 'finished', 'failed']),
  /** When it began and was last written, ISO 8601. Recorded only. */
  createdAt: z.string(),
  updatedAt: z.string(),
  /** Working time over all stretches of work, seconds. */
  elapsedSeconds: z.number().nonnegative(),
  /** Machine and libraries: Node, platform, backend. */
  environment: z.record(z.string(), z.string()),
  /** The complete configuration, defaults filled in. */
  config: z.record(z.string(), z.unknown()),
  /** What must be shown beside the results. */
  notes: z.array(z.string()),
  /** The final table once the run is finished, else null. */
  result: z.unknown(),
  /** Finished trials in the order in which they were consumed. */
  trials: z.array(trialRecordSchema),
});

export type RunRecord = z.output<typeof runRecordSchema>;

/** JSON with one line per member and one line per trial: readable, and cheap to compare. */
export function formatRunRecord(record: RunRecord): string {
  const { trials, ...head } = record;
  const members = Object.entries(head).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`);
  const rows = trials.map((trial) => `    ${JSON.stringify(trial)}`).join(',\n');
  return `{\n${members.join('\n')}\n  "trials": [${rows === '' ? '' : `\n${rows}\n  `}]\n}\n`;
}

/** The trials that stand whole in a damaged `run.json`. */
export function salvageTrials(text: string): unknown[] {
  const start = text.search(/"trials":\s*\[/);
  if (start < 0) return [];
  return text
    .slice(start)
    .split('\n')
    .flatMap((line) => {
      const parsed = parseLine(line);
      return trialRecordSchema.safeParse(parsed).success ? [parsed] : [];
    });
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line.trim().replace(/,$/, ''));
  } catch {
    return undefined;
  }
}
