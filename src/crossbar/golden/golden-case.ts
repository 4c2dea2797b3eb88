/** One case of a golden file (the schema is described in test/golden/README.md). */
export interface GoldenCase {
  readonly name: string;
  readonly config: unknown;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** How one case went. */
export interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
  /** Largest deviation as a share of what the file's tolerance allows: at most 1 where the case passes. */
  readonly worst: number;
  /** What failed, in words. */
  readonly reason?: string;
}

/** What a check may look up besides its case. */
export interface CheckContext {
  /** The file's `__shared_inputs__` case, if it has one. */
  readonly shared: GoldenCase | undefined;
  /** Number of the attempt, from 0: statistical checks take another seed each time. */
  readonly attempt: number;
}

/** Recomputes one case and measures its deviation. Throws where the case is of an unknown kind. */
export type CaseCheck = (golden: GoldenCase, context: CheckContext) => Measurement[] | Promise<Measurement[]>;

/** One compared quantity. */
export interface Measurement {
  readonly what: string;
  /** Deviation as a share of the tolerance. */
  readonly share: number;
}

/** The name of the case that holds arrays for others. */
export const SHARED_INPUTS = '__shared_inputs__';

/** An input given in place, or by `<name>_ref` in the file's shared inputs. */
export function inputOf<T>({ inputs }: GoldenCase, name: string, { shared }: CheckContext): T {
  const reference = inputs[`${name}_ref`];
  const value = reference === undefined ? inputs[name] : shared?.inputs[String(reference)];
  if (value === undefined) throw new Error(`the case gives no input "${name}"`);
  return value as T;
}
