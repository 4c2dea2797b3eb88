import { tf } from '../tf.js';
import type { BackendStarter } from './backend-report.js';
import { importPeer } from './peer.js';

const packages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** TensorFlow's own library through tfjs-node-gpu or tfjs-node, where the user has installed one of them. */
export const tensorflowStarter: BackendStarter = {
  name: 'tensorflow',
  async start() {
    const reasons: string[] = [];
    for (const name of packages) {
      try {
        await importPeer(name);
      } catch (error) {
        reasons.push((error as Error).message);
        continue;
      }
      if (tf.findBackendFactory('tensorflow') == null) throw new Error(`${name} registered no backend with tfjs-core`);
      return { tfjsName: 'tensorflow', description: `TensorFlow through ${name}`, threads: 1 };
    }
    throw new Error(reasons.join('; '));
  },
};
