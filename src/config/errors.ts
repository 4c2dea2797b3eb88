/**
 * Every error that a user can cause: one code each, with the exit code it ends the program with.
 * Exit 2 means refused before any work started, 1 means failed afterwards (docs/reference/errors.md lists these codes).
 */
export const errorCodes = {
  CONFIG_UNREADABLE: { exitCode: 2, meaning: 'a configuration file is missing or cannot be read' },
  CONFIG_SYNTAX: { exitCode: 2, meaning: 'a configuration file is not valid YAML or JSON' },
  CONFIG_INVALID: { exitCode: 2, meaning: 'a value in a configuration is missing, unknown or out of range' },
  OVERRIDE_INVALID: { exitCode: 2, meaning: 'a --set override is not of the form a.b=c' },
  USAGE: { exitCode: 2, meaning: 'a command or a function was called with wrong arguments' },
  BACKEND_UNKNOWN: { exitCode: 2, meaning: 'the named tensor backend does not exist' },
  BACKEND_UNAVAILABLE: { exitCode: 2, meaning: 'the named tensor backend does not run on this machine' },
  SPACE_INVALID: { exitCode: 2, meaning: 'a search space file is missing, not JSON, or not a search space' },
  ARCHITECTURE_INVALID: { exitCode: 2, meaning: 'an architecture is not a point of its search space' },
  LIMITS_UNREACHABLE: { exitCode: 2, meaning: 'no architecture of the space meets the limits' },
  CHIP_INVALID: { exitCode: 2, meaning: 'a chip description is missing or invalid' },
  CROSSBAR_INVALID: { exitCode: 2, meaning: 'a crossbar configuration or preset is unknown or invalid' },
  CROSSBAR_UNSUPPORTED: { exitCode: 2, meaning: 'the chosen tile type does not support this combination of settings' },
  GRAPH_INVALID: { exitCode: 2, meaning: 'a network graph is inconsistent' },
  MODEL_INVALID: { exitCode: 2, meaning: 'a model file is missing, damaged or of an unsupported kind' },
  DATA_MISSING: { exitCode: 2, meaning: 'a data folder or file does not exist' },
  DATA_INVALID: { exitCode: 2, meaning: 'a data file is damaged or not of the expected format' },
  DOWNLOAD_FAILED: { exitCode: 1, meaning: 'a download did not arrive whole or has the wrong checksum' },
  TRAINING_DIVERGED: {
    exitCode: 1,
    meaning: 'the loss of a training, or the outputs of a network, are no longer numbers',
  },
  SURROGATE_UNAVAILABLE: { exitCode: 2, meaning: 'the XGBoost library cannot be loaded' },
  SURROGATE_INVALID: {
    exitCode: 2,
    meaning: 'a surrogate file or its training data is damaged or does not fit the space, or there is no such kind',
  },
  RESULTS_UNWRITABLE: { exitCode: 2, meaning: 'the results folder cannot be written' },
  RESULTS_LOST: { exitCode: 1, meaning: 'results that were computed could not be written' },
  RUN_NOT_FOUND: { exitCode: 2, meaning: 'there is no run of that id in the results folder' },
  RUN_DAMAGED: { exitCode: 2, meaning: 'run.json of a run is cut short or not of this program' },
  RUN_LOCKED: { exitCode: 2, meaning: 'another process is working on this run' },
  TRIAL_FAILED: { exitCode: 1, meaning: 'a trial failed twice' },
  SEARCH_FAILED: { exitCode: 1, meaning: 'a search ended without a single finished trial' },
  INTERNAL: { exitCode: 1, meaning: 'a defect of this program' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** What is known about a wrong input, apart from the sentence that describes it. */
export interface ErrorDetails {
  /** The file, flag or environment variable that holds the wrong value. */
  readonly source?: string;
  /** Dotted path inside the source, for example `training.digital.epochs`. */
  readonly path?: string;
  /** What was found there. */
  readonly found?: string;
  /** What is accepted there. */
  readonly accepted?: string;
  /** The next thing to try. */
  readonly hint?: string;
}

/** An error with a code, to be shown to the user as a short message and never as a stack trace. */
export class KirchhoffError extends Error {
  override readonly name = 'KirchhoffError';
  readonly exitCode: 1 | 2;

  constructor(
    readonly code: ErrorCode,
    readonly summary: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(describeError(summary, details), options);
    this.exitCode = errorCodes[code].exitCode;
  }
}

/** Throws a {@link KirchhoffError}. */
export function fail(code: ErrorCode, summary: string, details: ErrorDetails = {}, cause?: unknown): never {
  throw new KirchhoffError(code, summary, details, cause === undefined ? undefined : { cause });
}

/** The whole message: the sentence, then one line per known detail. */
function describeError(summary: string, details: ErrorDetails): string {
  const lines = [summary];
  const where = [details.source, details.path].filter((part) => part !== undefined && part !== '');
  if (where.length > 0) lines.push(`  in:       ${where.join(' at ')}`);
  if (details.found !== undefined) lines.push(`  found:    ${details.found}`);
  if (details.accepted !== undefined) lines.push(`  accepted: ${details.accepted}`);
  if (details.hint !== undefined) lines.push(`  try:      ${details.hint}`);
  return lines.join('\n');
}
