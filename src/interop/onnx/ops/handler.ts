import type { NetworkImporter } from '../network-importer.js';
import type { OnnxNode } from '../onnx-node.js';
import type { Value } from '../values.js';

/**
 * Translates one kind of ONNX node: its output, or all its outputs in order. It reads every attribute that can change
 * them, whatever its inputs are: a node with others is refused.
 */
export type Handler = (node: OnnxNode, importer: NetworkImporter) => Value | readonly Value[];
