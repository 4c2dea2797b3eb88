import type { StoredModel, StoredTree } from './tree-ensemble.js';

/** First bytes of the format; older files have them not and begin with the base score. */
const MAGIC = 'binf';

/** Sizes in bytes of the records, as in XGBoost's `LearnerModelParamLegacy`, `GBTreeModelParam`, `TreeParam`, node, statistics. */
const SIZE = { learner: 136, booster: 160, tree: 148, node: 20, stats: 16 } as const;

/** The top bit of a split's feature says which way a missing value goes. */
const FEATURE_BITS = 0x7fffffff;

/** Whether these bytes begin as the legacy binary does. */
export function isLegacyBinary(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') === MAGIC;
}

/**
 * Reads XGBoost's binary format of before JSON, which versions from 3.1 on no longer read: IBM's published AnalogNAS surrogates
 * are in it. Little-endian records one after the other: learner, objective's name, booster's name, booster, trees.
 *
 * @throws RangeError, SyntaxError where the bytes are no such model
 */
export function readLegacyBinary(bytes: Uint8Array): StoredModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = MAGIC.length;
  const baseScore = view.getFloat32(at, true);
  const features = view.getUint32(at + 4, true);
  const classes = view.getInt32(at + 8, true);
  if (classes > 1) throw new SyntaxError(`${classes} classes`);
  at += SIZE.learner;
  const text = (): string => {
    const length = Number(view.getBigUint64(at, true));
    if (length > 64) throw new SyntaxError(`a name of ${length} letters`);
    const value = Buffer.from(bytes.subarray(at + 8, at + 8 + length)).toString('latin1');
    at += 8 + length;
    return value;
  };
  const objective = text();
  const booster = text();
  if (booster !== 'gbtree') throw new SyntaxError(`booster ${JSON.stringify(booster)}`);
  const count = view.getInt32(at, true);
  at += SIZE.booster;
  const trees: StoredTree[] = [];
  for (let i = 0; i < count; i++) {
    const nodes = view.getInt32(at + 4, true);
    at += SIZE.tree;
    if (nodes < 1 || at + nodes * SIZE.node > bytes.length) throw new SyntaxError(`tree ${i} of ${nodes} nodes`);
    trees.push(readTree(view, at, nodes));
    at += nodes * (SIZE.node + SIZE.stats);
  }
  return { objective, features, baseScore, trees };
}

/** Nodes are parent, left, right, feature, and a condition or the leaf's value. */
function readTree(view: DataView, start: number, nodes: number): StoredTree {
  const tree = {
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    features: new Int32Array(nodes),
    conditions: new Float32Array(nodes),
  };
  for (let node = 0, at = start; node < nodes; node++, at += SIZE.node) {
    tree.left[node] = view.getInt32(at + 4, true);
    tree.right[node] = view.getInt32(at + 8, true);
    tree.features[node] = view.getUint32(at + 12, true) & FEATURE_BITS;
    tree.conditions[node] = view.getFloat32(at + 16, true);
  }
  return tree;
}
