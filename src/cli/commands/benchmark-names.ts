import { InvalidArgumentError } from 'commander';

/** A flag's text `a,b` as those that bear the names. Each may stand once: twice it would be counted twice. */
export function listedNames<T>(known: readonly T[], nameOf: (one: T) => string): (text: string) => T[] {
  return (text) => {
    const chosen = text.split(',').map((name) => {
      const one = known.find((each) => nameOf(each) === name.trim());
      if (one !== undefined) return one;
      const names = known.map(nameOf).join(', ');
      throw new InvalidArgumentError(`found ${JSON.stringify(name)}, accepted are ${names}`);
    });
    if (new Set(chosen).size === chosen.length) return chosen;
    throw new InvalidArgumentError(`found ${JSON.stringify(text)}, accepted are names that differ`);
  };
}
