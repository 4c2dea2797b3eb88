import { fail } from '../../config/index.js';
import type { AttributeProto, NodeProto } from './proto.js';
import { readTensor } from './tensor-data.js';
import type { Constant, Ints } from './values.js';

type AttributeValue = number | readonly number[] | string | readonly string[] | Constant | Ints | Unreadable;

/** An attribute of a type that no operation known here has, such as a graph. */
interface Unreadable {
  readonly kind: 'unreadable';
}

/** Attributes that change no value of a network that only predicts: refused nowhere, read nowhere. */
const harmless: ReadonlySet<string> = new Set([
  // notes to a training, or to a runtime about its memory
  'seed',
  'is_test',
  'consumed_inputs',
  // of outputs that cannot be read (the indices of a MaxPool), or that are made in any case
  'storage_order',
  'output_sequence',
  // of casts to 8-bit floats, which are refused
  'saturate',
  'round_mode',
  // parameters that the default activations of recurrent layers lack; others are refused
  'activation_alpha',
  'activation_beta',
  // before opset 7: without an `axis`, which is refused, it is the broadcasting of today
  'broadcast',
]);

/** A node of an ONNX graph with its attributes decoded. */
export class OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly #attributes: ReadonlyMap<string, AttributeValue>;
  readonly #read = new Set<string>();

  constructor(
    proto: NodeProto,
    /** The file; named in errors. */
    readonly source: string,
  ) {
    this.op = proto.domain === '' || proto.domain === 'ai.onnx' ? proto.opType : `${proto.domain}.${proto.opType}`;
    this.name = proto.name || proto.output[0] || proto.opType;
    this.inputs = proto.input;
    this.outputs = proto.output;
    this.#attributes = new Map(proto.attribute.map((attribute) => [attribute.name, attributeValue(attribute, source)]));
  }

  number<D>(name: string, fallback: D): number | D {
    return this.#attribute(name, isNumber) ?? fallback;
  }

  numbers<D>(name: string, fallback: D): readonly number[] | D {
    return this.#attribute(name, isNumbers) ?? fallback;
  }

  text(name: string, fallback: string): string {
    return this.#attribute(name, isText) ?? fallback;
  }

  texts<D>(name: string, fallback: D): readonly string[] | D {
    return this.#attribute(name, isTexts) ?? fallback;
  }

  tensor(name: string): Constant | Ints | undefined {
    return this.#attribute(name, isTensor);
  }

  has(name: string): boolean {
    this.#read.add(name);
    return this.#attributes.has(name);
  }

  /** Refuses the node where it has an attribute that was not asked for and may change what it computes. */
  refuseUnread(): void {
    const unread = [...this.#attributes.keys()].filter((name) => !this.#read.has(name) && !harmless.has(name));
    this.require(unread.length === 0, `attributes that are not supported: ${unread.join(', ')}`);
  }

  /** Throws MODEL_INVALID naming this node. */
  refuse(reason: string): never {
    return fail('MODEL_INVALID', `ONNX node "${this.name}" (${this.op}): ${reason}.`, { source: this.source });
  }

  /** Refuses the node unless the condition holds. */
  require(condition: boolean, reason: string): void {
    if (!condition) this.refuse(reason);
  }

  #attribute<T extends AttributeValue>(name: string, is: (value: AttributeValue) => value is T): T | undefined {
    this.#read.add(name);
    const value = this.#attributes.get(name);
    if (value === undefined || is(value)) return value;
    return this.refuse(`its attribute "${name}" is of a type that is not supported`);
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumbers(value: AttributeValue): value is readonly number[] {
  return Array.isArray(value) && value.every(isNumber);
}

function isTexts(value: AttributeValue): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isTensor(value: AttributeValue): value is Constant | Ints {
  return typeof value === 'object' && 'kind' in value && value.kind !== 'unreadable';
}

/** Attribute types of ONNX: 1 float, 2 int, 3 string, 4 tensor, 6 floats, 7 ints, 8 strings. */
function attributeValue(attribute: AttributeProto, source: string): AttributeValue {
  switch (attribute.type) {
    case 1:
      return attribute.f;
    case 2:
      return attribute.i;
    case 3:
      return textOf(attribute.s);
    case 4:
      return attribute.t === null ? { kind: 'unreadable' } : readTensor(attribute.t, source);
    case 6:
      return attribute.floats;
    case 7:
      return attribute.ints;
    case 8:
      return attribute.strings.map(textOf);
    default:
      return { kind: 'unreadable' };
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
