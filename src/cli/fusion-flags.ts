import { type Command, InvalidArgumentError } from 'commander';
import { defaultPreset } from '../crossbar/index.js';

/** Adds the flags that say how a network lies on a Fusion chip; both ways need the same. */
export function fusionFlags(command: Command): Command {
  return command
    .option('--crossbar <name|file>', 'fusion: the crossbar whose tiles the matrices are cut into', defaultPreset)
    .option('--g-max <uS>', 'fusion: largest conductance, 10 to 40', conductance, 40);
}

function conductance(text: string): number {
  const value = Number(text);
  if (value >= 10 && value <= 40) return value;
  throw new InvalidArgumentError(`found ${JSON.stringify(text)}, accepted is a number from 10 to 40`);
}
