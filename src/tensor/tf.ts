import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
// The core's bundle for Node registers no gradients; that of the layers package brings all of them.
import '@tensorflow/tfjs-layers';

// Production mode: no notice about other packages on the console, no checks that only debugging needs.
tf.enableProdMode();

export { tf };
