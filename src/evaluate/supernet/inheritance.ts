/** Where a trial takes its weights from instead of training them. */
export interface Inheritance {
  /** File of the supernet. */
  readonly file: string;
  /** Hash of its values. */
  readonly sha256: string;
  /** Place in the supernet of each node whose place is not its id. */
  readonly positions: Readonly<Record<string, string>>;
  /** Training images for the batch norm statistics. */
  readonly calibrationImages: number;
}
