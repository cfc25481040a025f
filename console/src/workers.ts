import { beside } from './place.ts';

// The names of the built worker files are put in by build.mjs.
const workers: Partial<Record<string, string>> = {
  json: WORKER_JSON,
  graphql: WORKER_GRAPHQL,
};

window.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(beside(workers[label] ?? WORKER_EDITOR)),
};
