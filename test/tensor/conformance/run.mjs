// Runs every op test that ships inside @tensorflow/tfjs-core on one backend and writes the result of each spec as JSON.
// usage: node run.mjs cpu|native result.json   (after bundling by bundle.mjs)
import { writeFileSync } from 'node:fs';
import './globals.mjs';
import './environment.mjs';
import 'all-op-tests';

const specs = [];
const env = jasmine.getEnv();
env.addReporter({
  specDone: ({ fullName, status, failedExpectations }) =>
    specs.push({ name: fullName, status, message: failedExpectations[0]?.message ?? '' }),
  jasmineDone: () => {
    writeFileSync(process.argv[3], JSON.stringify(specs));
    process.exit(0);
  },
});
env.execute();
