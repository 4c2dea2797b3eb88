import { fail } from '../../config/index.js';
import { partialSumsOf } from '../activity.js';
import { positionsOfCopy } from '../map-layers.js';
import type { Mapping } from '../mapping.js';
import { type Phases, readMode } from '../read-mode.js';
import { mostInferences, requireCount } from '../require-count.js';
import { largest } from '../totals.js';
import { EventQueue } from './event-queue.js';
import { LayerState, neededOf } from './layer-state.js';

/** Options of {@link simulateChip}. */
export interface SimulationOptions {
  /** 1 if absent. */
  readonly phases?: Phases;
  /** Inferences that stream through the chip, all waiting at the start, 1 to {@link mostInferences}; 8 if absent. */
  readonly inferences?: number;
  /** Count the assumed parameters too: digital time of each vector, links, digital layers. False if absent. */
  readonly assumed?: boolean;
  /**
   * `pipelined` (if absent): a layer starts a vector as soon as its window is there. `sequential`: a layer starts when
   * the layer before it is through, an inference when the one before it is.
   */
  readonly order?: 'pipelined' | 'sequential';
}

/** When a layer worked on an inference. */
export interface SimulatedSpan {
  readonly layer: string;
  readonly inference: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Time that its busiest copy was at work. */
  readonly busySeconds: number;
}

/** What a simulated stream of inferences showed. */
export interface Simulation {
  /** From the start to the first result. */
  readonly latencySeconds: number;
  /** Mean time between results over the second half of the stream. */
  readonly intervalSeconds: number;
  /** From the start to the last result. */
  readonly seconds: number;
  /** Working share of the busiest core, 0..1. */
  readonly busiestCore: number;
  readonly spans: readonly SimulatedSpan[];
}

/** A block (or a digital layer) working through its vectors in order. */
interface Stream {
  readonly state: LayerState;
  readonly copy: number;
  readonly vectors: number;
  readonly serviceSeconds: number;
  /** Bits of one result on the link. */
  readonly bits: number;
  next: number;
}

/** What works on one vector at a time: a core, or all digital units together. */
interface Server {
  readonly streams: Stream[];
  busy: boolean;
  busySeconds: number;
  linkFreeAt: number;
}

interface Arrival {
  readonly server: Server;
  readonly stream: Stream;
  readonly vector: number;
  /** False: the server is free again; true: the result has come through the link. */
  readonly delivered: boolean;
}

/**
 * Plays a stream of inferences through a mapped chip, event by event: a core takes the oldest vector whose inputs are
 * there, works, and sends the result over its link; queues in between have no limit. Deterministic.
 *
 * It exists to check {@link chipCost}: the interval agrees with the busiest core where all cores can be kept busy, and in
 * sequential order the latency agrees with the sum over layers.
 *
 * Links between chips are not simulated.
 *
 * @throws CHIP_INVALID when the chip lacks the read mode, or is written in rounds: no stream passes through it then; USAGE
 *   when the number of inferences is out of range
 */
export function simulateChip(mapping: Mapping, options: SimulationOptions = {}): Simulation {
  const { inferences = 8, assumed = false, order = 'pipelined' } = options;
  requireCount(inferences, mostInferences, 'inferences');
  if (mapping.rounds > 1) {
    fail('CHIP_INVALID', 'A chip that is written in rounds has no stream of inferences to simulate.', {
      found: `${mapping.rounds} rounds`,
      accepted: 'a network that fits, or several chips',
    });
  }
  const states = mapping.layers.map(
    (layer, i) => new LayerState(layer, i, inferences, layer.digital ? 1 : layer.parts.length),
  );
  const servers = buildServers(mapping, states, options);
  const { ready, waiting } = order === 'sequential' ? sequentialRule(states) : pipelinedRule(states);
  const wakes = states.map((state) => {
    const woken = new Set(waiting(state));
    return servers.filter(({ streams }) => streams.some((stream) => woken.has(stream.state)));
  });
  const { links } = mapping.chip;
  const queue = new EventQueue<Arrival>();
  const results: number[] = [];

  const start = (server: Server, now: number) => {
    if (server.busy) return;
    const stream = oldestReady(server, ready);
    if (stream === undefined) return;
    const vector = stream.state.vectorOf(stream.copy, stream.next++);
    const span = stream.state.spans[Math.floor(vector / stream.state.layer.positions)]!;
    span.start = Math.min(span.start, now);
    server.busy = true;
    server.busySeconds += stream.serviceSeconds;
    queue.push(now + stream.serviceSeconds, { server, stream, vector, delivered: false });
  };
  const send = (event: Arrival, now: number) => {
    const { server, stream } = event;
    server.busy = false;
    const begin = Math.max(now, server.linkFreeAt);
    server.linkFreeAt = begin + stream.bits / links.bitsPerSecond.value;
    queue.push(server.linkFreeAt + links.hopSeconds.value, { ...event, delivered: true });
    start(server, now);
  };
  const deliver = ({ stream, vector }: Arrival, now: number) => {
    const { state } = stream;
    const span = state.spans[Math.floor(vector / state.layer.positions)]!;
    span.end = Math.max(span.end, now);
    if (!state.finish(vector)) return;
    if (state.complete >= (results.length + 1) * state.layer.positions) {
      const through = Math.min(...states.map(({ complete, layer }) => Math.floor(complete / layer.positions)));
      while (results.length < through) results.push(now);
    }
    for (const server of wakes[state.index]!) start(server, now);
  };

  for (const server of servers) start(server, 0);
  for (let item = queue.pop(); item !== undefined; item = queue.pop()) {
    const { at, event } = item;
    if (event.delivered) deliver(event, at);
    else if (assumed) send(event, at);
    else {
      event.server.busy = false;
      deliver(event, at);
      start(event.server, at);
    }
  }
  return summarise(results, servers, states);
}

function buildServers(mapping: Mapping, states: readonly LayerState[], options: SimulationOptions): Server[] {
  const { phases, inferences = 8, assumed = false } = options;
  const { digital, links } = mapping.chip;
  const mvmSeconds = readMode(mapping.chip, phases).mvmSeconds.value + (assumed ? digital.vectorSeconds.value : 0);
  const byId = new Map(states.map((state) => [state.layer.id, state]));
  const splitLayers = new Set(mapping.layers.filter((layer) => partialSumsOf(layer) > 0).map(({ id }) => id));
  const servers = new Map<number, Server>();
  const add = (core: number, stream: Stream) => {
    const server = servers.get(core) ?? { streams: [], busy: false, busySeconds: 0, linkFreeAt: 0 };
    server.streams.push(stream);
    servers.set(core, server);
    stream.state.serviceSeconds = stream.serviceSeconds;
  };
  for (const { layer, copy, core, colRange } of mapping.blocks) {
    const state = byId.get(layer)!;
    const vectors = inferences * positionsOfCopy(state.layer, copy);
    const split = splitLayers.has(layer);
    const bits = (colRange[1] - colRange[0]) * (split ? links.partialSumBits : links.activationBits).value;
    add(core, { state, copy, vectors, serviceSeconds: mvmSeconds, bits, next: 0 });
  }
  for (const state of states.filter(({ layer }) => layer.digital)) {
    const { macs, positions, cols } = state.layer;
    const serviceSeconds = assumed ? (macs / positions) * digital.macSeconds.value : 0;
    const bits = cols * links.activationBits.value;
    add(-1, { state, copy: 0, vectors: inferences * positions, serviceSeconds, bits, next: 0 });
  }
  // where two layers could start, the earlier one does: however the blocks were placed
  for (const { streams } of servers.values()) streams.sort((a, b) => a.state.index - b.state.index);
  return [...servers.values()];
}

type Ready = (state: LayerState, vector: number) => boolean;

/** When a vector may start, and which layers wait for a layer. */
interface OrderRule {
  readonly ready: Ready;
  readonly waiting: (state: LayerState) => readonly LayerState[];
}

function pipelinedRule(states: readonly LayerState[]): OrderRule {
  const byId = new Map(states.map((state) => [state.layer.id, state]));
  const sources = states.map(({ layer }) =>
    layer.sources().map(({ from, needs }) => ({ state: byId.get(from)!, needs })),
  );
  return {
    ready: ({ layer, index }, vector) =>
      sources[index]!.every(({ state, needs }) => state.complete >= neededOf(state.layer, layer, needs, vector)),
    waiting: (state) => states.filter(({ index }) => sources[index]!.some((source) => source.state === state)),
  };
}

function sequentialRule(states: readonly LayerState[]): OrderRule {
  return {
    ready: ({ layer, index }, vector) => {
      const inference = Math.floor(vector / layer.positions);
      const before = states[index === 0 ? states.length - 1 : index - 1]!;
      return before.complete >= (index === 0 ? inference : inference + 1) * before.layer.positions;
    },
    waiting: ({ index }) => [states[(index + 1) % states.length]!],
  };
}

/** Of a server's streams whose next vector can start, the one with the oldest inference, then the earliest layer. */
function oldestReady({ streams }: Server, ready: Ready): Stream | undefined {
  let oldest: Stream | undefined;
  let age = Number.POSITIVE_INFINITY;
  for (const stream of streams) {
    if (stream.next >= stream.vectors) continue;
    const vector = stream.state.vectorOf(stream.copy, stream.next);
    const inference = Math.floor(vector / stream.state.layer.positions);
    if (inference < age && ready(stream.state, vector)) [oldest, age] = [stream, inference];
  }
  return oldest;
}

function summarise(results: readonly number[], servers: readonly Server[], states: readonly LayerState[]): Simulation {
  const last = results.length - 1;
  const middle = Math.floor(last / 2);
  const seconds = results[last] ?? 0;
  if (results.length === 0) return { latencySeconds: 0, intervalSeconds: 0, seconds: 0, busiestCore: 0, spans: [] };
  return {
    latencySeconds: results[0]!,
    intervalSeconds: last === 0 ? seconds : (seconds - results[middle]!) / (last - middle),
    seconds,
    busiestCore: seconds === 0 ? 0 : largest(servers.map(({ busySeconds }) => busySeconds)) / seconds,
    spans: states.flatMap(({ layer, spans, serviceSeconds }) =>
      spans.map(({ start, end }, inference) => ({
        layer: layer.id,
        inference,
        startSeconds: start,
        endSeconds: end,
        busySeconds: positionsOfCopy(layer, 0) * serviceSeconds,
      })),
    ),
  };
}
