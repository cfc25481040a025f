import { beside } from './place.js';

// The names of the built worker files are put in by build.mjs.
const workers = {
  json: WORKER_JSON,
  graphql: WORKER_GRAPHQL,
};

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(beside(workers[label] ?? WORKER_EDITOR)),
};
