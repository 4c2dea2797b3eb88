/**
 * Cuts a length into as few parts as possible of at most `limit`, as evenly as possible: the first parts are one longer
 * where it does not divide (1300 at 512 gives 434 + 433 + 433). Source: `tiles/array.py` of IBM/aihwkit, the rule by
 * which the crossbar room cuts its tiles too.
 *
 * @returns the cuts, from 0 to `length`
 */
export function evenCuts(length: number, limit: number): number[] {
  const parts = Math.ceil(length / limit);
  const base = Math.floor(length / parts);
  const longer = length % parts;
  const cuts = [0];
  for (let part = 0; part < parts; part++) cuts.push(cuts[part]! + base + (part < longer ? 1 : 0));
  return cuts;
}
