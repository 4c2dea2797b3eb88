import { fail } from '../../config/index.js';
import type { AttributeProto, NodeProto } from './proto.js';
import { readTensor } from './tensor-data.js';
import type { Constant, Ints } from './values.js';

type AttributeValue = number | readonly number[] | string | Constant | Ints;

/** A node of an ONNX graph with its attributes decoded. */
export class OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly #attributes: ReadonlyMap<string, AttributeValue>;

  constructor(
    proto: NodeProto,
    /** The file; named in errors. */
    readonly source: string,
  ) {
    this.op = proto.domain === '' || proto.domain === 'ai.onnx' ? proto.opType : `${proto.domain}.${proto.opType}`;
    this.name = proto.name || proto.output[0] || proto.opType;
    this.inputs = proto.input;
    this.outputs = proto.output;
    this.#attributes = new Map(
      proto.attribute.flatMap((attribute) => {
        const value = attributeValue(attribute, source);
        return value === undefined ? [] : [[attribute.name, value]];
      }),
    );
  }

  number<D>(name: string, fallback: D): number | D {
    return (this.#attributes.get(name) as number | undefined) ?? fallback;
  }

  numbers<D>(name: string, fallback: D): readonly number[] | D {
    return (this.#attributes.get(name) as readonly number[] | undefined) ?? fallback;
  }

  text(name: string, fallback: string): string {
    return (this.#attributes.get(name) as string | undefined) ?? fallback;
  }

  tensor(name: string): Constant | Ints | undefined {
    return this.#attributes.get(name) as Constant | Ints | undefined;
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** Throws MODEL_INVALID naming this node. */
  refuse(reason: string): never {
    return fail('MODEL_INVALID', `ONNX node "${this.name}" (${this.op}): ${reason}.`, { source: this.source });
  }

  /** Refuses the node unless the condition holds. */
  require(condition: boolean, reason: string): void {
    if (!condition) this.refuse(reason);
  }
}

/** Attribute types of ONNX: 1 float, 2 int, 3 string, 4 tensor, 6 floats, 7 ints. Others (graphs) are left out. */
function attributeValue(attribute: AttributeProto, source: string): AttributeValue | undefined {
  switch (attribute.type) {
    case 1:
      return attribute.f;
    case 2:
      return attribute.i;
    case 3:
      return Buffer.from(attribute.s).toString('utf8');
    case 4:
      return attribute.t === null ? undefined : readTensor(attribute.t, source);
    case 6:
      return attribute.floats;
    case 7:
      return attribute.ints;
    default:
      return undefined;
  }
}
