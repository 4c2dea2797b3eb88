import type { Box } from './collapse.js';

/** Width and height of a box, and the gaps around it, in pixels. */
export const boxSize = { width: 172, height: 40, gapX: 16, gapY: 22, passWidth: 14, columnGap: 40 } as const;

/** Where a box stands: its left upper corner. */
export interface PlacedBox extends Box {
  readonly x: number;
  readonly y: number;
}

/** An edge from the bottom of one slot to the top of another. */
export interface PlacedEdge {
  /** Corners from start to end; more than two where the edge goes from the foot of a column to the head of the next. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Where the edge only passes a rank: how far down it goes straight on. It has no arrow head. */
  readonly passesTo: number | null;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
}

/** A place in a rank: a box, or an edge that passes the rank on its way down. */
interface Slot {
  readonly key: string;
  readonly box: Box | null;
  x: number;
}

interface Link {
  readonly from: string;
  readonly to: string;
}

/**
 * Layered drawing in columns, like a newspaper: boxes of one rank (longest path from the input) side by side, ranks from
 * top to bottom; behind a rank of a single box the picture may go on in the next column.
 *
 * @param maxWidth width that the columns may take
 */
export function layOut(boxes: readonly Box[], maxWidth: number): Layout {
  const { ranks, links } = rankSlots(boxes);
  for (const rank of ranks) placeInRank(rank);
  return position(fitColumns(ranks, maxWidth), links, boxes);
}

/** As many columns as the width takes. */
function fitColumns(ranks: readonly Slot[][], maxWidth: number): Slot[][][] {
  for (let most = Math.floor(maxWidth / boxSize.width); most > 1; most--) {
    const columns = breakColumns(ranks, most);
    const width = columns.reduce((sum, column) => sum + columnWidth(column) + boxSize.columnGap, -boxSize.columnGap);
    if (width <= maxWidth) return columns;
  }
  return [[...ranks]];
}

function columnWidth(column: readonly Slot[][]): number {
  return Math.max(...column.map(rankWidth));
}

function rankSlots(boxes: readonly Box[]): { ranks: Slot[][]; links: Link[] } {
  const rankOf = new Map<string, number>();
  for (const box of boxes) rankOf.set(box.id, Math.max(-1, ...box.inputs.map((input) => rankOf.get(input)!)) + 1);
  const ranks: Slot[][] = Array.from({ length: Math.max(...rankOf.values()) + 1 }, () => []);
  const before = new Map<string, string[]>();
  const links: Link[] = [];
  const add = (rank: number, slot: Slot, sources: string[]) => {
    before.set(slot.key, sources);
    ranks[rank]!.push(slot);
    for (const from of sources) links.push({ from, to: slot.key });
  };
  const passes = new Map<string, string>();
  for (const box of boxes) {
    const rank = rankOf.get(box.id)!;
    const sources = box.inputs.map((input) => {
      let last = input;
      for (let r = rankOf.get(input)! + 1; r < rank; r++) {
        const known = passes.get(`${input} ${r}`);
        if (known === undefined) add(r, { key: `${input} passes ${r}`, box: null, x: 0 }, [last]);
        last = known ?? `${input} passes ${r}`;
        passes.set(`${input} ${r}`, last);
      }
      return last;
    });
    add(rank, { key: box.id, box, x: 0 }, sources);
  }
  orderRanks(ranks, before);
  return { ranks, links };
}

/** Boxes in the order of what they read, passing edges to the right of them. */
function orderRanks(ranks: Slot[][], before: ReadonlyMap<string, readonly string[]>): void {
  const place = new Map<string, number>();
  for (const rank of ranks) {
    const centre = new Map(
      rank.map(({ key }) => {
        const sources = before.get(key)!.map((source) => place.get(source) ?? 0);
        return [key, sources.length === 0 ? 0 : sources.reduce((a, b) => a + b, 0) / sources.length];
      }),
    );
    rank.sort((a, b) => Number(a.box === null) - Number(b.box === null) || centre.get(a.key)! - centre.get(b.key)!);
    for (const [index, { key }] of rank.entries()) place.set(key, index);
  }
}

function placeInRank(rank: readonly Slot[]): void {
  let x = 0;
  for (const slot of rank) {
    slot.x = x;
    x += widthOf(slot) + boxSize.gapX;
  }
}

function rankWidth(rank: readonly Slot[]): number {
  const last = rank.at(-1)!;
  return last.x + widthOf(last);
}

function widthOf({ box }: Slot): number {
  return box === null ? boxSize.passWidth : boxSize.width;
}

/** Cuts the ranks into columns of about equal height, only behind ranks of a single box. */
function breakColumns(ranks: readonly Slot[][], most: number): Slot[][][] {
  const target = Math.max(7, Math.ceil(ranks.length / most));
  const columns: Slot[][][] = [];
  let column: Slot[][] = [];
  for (const [index, rank] of ranks.entries()) {
    column.push(rank);
    const left = ranks.length - index - 1;
    if (rank.length === 1 && column.length >= target && left > 1 && columns.length < most - 1) {
      columns.push(column);
      column = [];
    }
  }
  return column.length > 0 ? [...columns, column] : columns;
}

function position(columns: readonly Slot[][][], links: readonly Link[], boxes: readonly Box[]): Layout {
  const at = new Map<string, Spot>();
  let left = 0;
  for (const [column, ranks] of columns.entries()) {
    for (const [row, rank] of ranks.entries()) {
      for (const slot of rank) {
        at.set(slot.key, { x: left + slot.x, y: row * (boxSize.height + boxSize.gapY), column, left, slot });
      }
    }
    left += columnWidth(ranks) + boxSize.columnGap;
  }
  const tallest = Math.max(...columns.map((ranks) => ranks.length));
  return {
    width: left - boxSize.columnGap,
    height: tallest * (boxSize.height + boxSize.gapY) - boxSize.gapY,
    boxes: boxes.map((box) => ({ ...box, x: at.get(box.id)!.x, y: at.get(box.id)!.y })),
    edges: links.map(({ from, to }) => connect(at.get(from)!, at.get(to)!)),
  };
}

interface Spot {
  x: number;
  y: number;
  column: number;
  /** Left edge of the column. */
  left: number;
  slot: Slot;
}

function connect(from: Spot, to: Spot): PlacedEdge {
  const start = [from.x + widthOf(from.slot) / 2, from.y + boxSize.height] as const;
  const end = [to.x + widthOf(to.slot) / 2, to.y] as const;
  const passesTo = to.slot.box === null ? to.y + boxSize.height : null;
  if (from.column === to.column) return { points: [start, end], passesTo };
  const gutter = to.left - boxSize.columnGap / 2;
  const head = end[1] - boxSize.gapY / 2;
  const foot = start[1] + boxSize.gapY / 2;
  return { points: [start, [start[0], foot], [gutter, foot], [gutter, head], [end[0], head], end], passesTo };
}
