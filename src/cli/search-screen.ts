import cliProgress from 'cli-progress';
import { percent, percentSpread, workingTime } from '../report/index.js';
import { atOneDay, type RunEvent } from '../search/index.js';
import type { TrialRecord } from '../store/index.js';
import type { Output } from './output.js';
import { StageNotes } from './stage-notes.js';

/** Shows a run while it goes on: one live line on a terminal, one line per finished trial elsewhere. */
export class SearchScreen {
  readonly #bar: cliProgress.SingleBar | undefined;
  readonly #began = performance.now();
  #finishedHere = 0;
  #started = false;
  #supernetTenths = 0;
  readonly #stages = new StageNotes();

  constructor(private readonly output: Output) {
    if (!output.live) return;
    const format = '{bar} {value}/{total} trials, {failed} failed | best {best} | {stage} | {left} left';
    this.#bar = new cliProgress.SingleBar(
      { format, stream: process.stderr, hideCursor: true, barsize: 24 },
      cliProgress.Presets.shades_classic,
    );
  }

  /** Takes in what happens; pass it as `onEvent`. */
  readonly hear = (event: RunEvent): void => {
    if (event.type === 'started') this.#start(event);
    if (event.type === 'progress') this.#progress(event);
    if (event.type === 'supernet') this.#supernet(event.done);
    if (event.type === 'trial') this.#trial(event);
  };

  /** Takes the live line off the screen. */
  stop(): void {
    this.#bar?.stop();
  }

  #start({ id, folder, resumed, backend, workers, notes, counts }: Extract<RunEvent, { type: 'started' }>): void {
    this.output.note(`${resumed ? 'resuming' : 'starting'} run ${id} in ${folder}`);
    this.output.note(`${backend}; ${workers} ${workers === 1 ? 'worker' : 'workers'}`);
    for (const note of notes) this.output.note(`note: ${note}`);
    this.#bar?.start(counts.planned, counts.done + counts.failed, {
      failed: 0,
      best: '-',
      stage: 'starting',
      left: '?',
    });
    this.#started = true;
  }

  /** Without a live line, stages are told until the first trial has ended: a first sign of life. */
  #progress({ trial, stage }: Extract<RunEvent, { type: 'progress' }>): void {
    if (this.#bar !== undefined) this.#bar.update({ stage: `trial ${trial} ${stage}` });
    else if (this.#finishedHere === 0) this.#stages.tell(this.output, `trial ${trial}: `, stage);
  }

  #supernet(done: number): void {
    this.#bar?.update({ stage: `supernet ${percent(done)}` });
    const tenths = Math.floor(10 * done);
    if (this.#bar === undefined && tenths > this.#supernetTenths) this.output.note(`supernet ${10 * tenths} % trained`);
    this.#supernetTenths = tenths;
  }

  #trial({ trial, from, counts, best }: Extract<RunEvent, { type: 'trial' }>): void {
    const finished = counts.done + counts.failed;
    if (from === 'worker') this.#finishedHere++;
    const left = this.#timeLeft(counts.planned - finished);
    const bestText = best === null ? '-' : percentSpread(atOneDay(best.metrics!));
    if (this.#bar !== undefined && this.#started) {
      this.#bar.setTotal(counts.planned);
      this.#bar.update(finished, { failed: counts.failed, best: bestText, left });
    } else if (from !== 'journal') {
      this.output.note(
        `${finished}/${counts.planned} ${describe(trial)}${from === 'cache' ? ' (cached)' : ''}, ${left} left`,
      );
    }
  }

  #timeLeft(trials: number): string {
    if (this.#finishedHere === 0) return '?';
    return workingTime(((performance.now() - this.#began) / 1000 / this.#finishedHere) * trials);
  }
}

function describe({ name, role, metrics, reason }: TrialRecord): string {
  const who = role === 'search' ? name : `${name} (${role})`;
  if (metrics === null) return `${who} failed: ${reason}`;
  return `${who} digital ${percent(metrics.digitalAccuracy)}, 1 day ${percentSpread(atOneDay(metrics))}`;
}
