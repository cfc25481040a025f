declare module '*.graphql' {
  const text: string;
  export default text;
}

declare module '*.css';
declare module '*.svg';

// The addresses of the built workers, which build.mjs puts in.
declare const WORKER_EDITOR: string;
declare const WORKER_GRAPHQL: string;
declare const WORKER_JSON: string;
