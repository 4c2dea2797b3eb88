import { parseHTML } from 'linkedom';

/** An element of a picture, as far as tests read it. */
export interface Drawn {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Drawn | null;
  querySelectorAll(selector: string): Iterable<Drawn>;
}

/** The picture as elements that can be asked. */
export function drawn(svg: string): Drawn {
  return parseHTML(`<html><body>${svg}</body></html>`).document.querySelector('svg') as unknown as Drawn;
}

/** The numbers that stand at an axis, in the order of the axis. */
export function ticks(svg: string, axis: 'x' | 'y'): string[] {
  return [...drawn(svg).querySelectorAll(`[aria-label="${axis}-axis tick label"] text`)].map(
    ({ textContent }) => textContent,
  );
}

/** What an axis is called. */
export function axisName(svg: string, axis: 'x' | 'y'): string | undefined {
  return drawn(svg).querySelector(`[aria-label="${axis}-axis label"]`)?.textContent;
}

/** The names at the ends of the lines and their places, pixels from above. */
export function lineNames(svg: string): { text: string; y: number; fill: string | null }[] {
  return [...drawn(svg).querySelectorAll('[aria-label="line names"] text')].map((name) => ({
    text: name.textContent,
    y: Number(name.getAttribute('y')),
    fill: name.getAttribute('fill'),
  }));
}
