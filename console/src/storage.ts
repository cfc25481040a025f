import type { Storage } from '@graphiql/toolkit';

// GraphiQL keeps request headers out of the stored tabs but not out of the stored history.
const historyKeys = ['graphiql:queries', 'graphiql:favorites'];

function withoutHeaders(json: string) {
  return JSON.stringify(JSON.parse(json), (key, value) => (key === 'headers' ? undefined : value));
}

function ownKeys() {
  return Object.keys(localStorage).filter(key => key.startsWith('graphiql:'));
}

export const storage: Storage = {
  getItem: key => localStorage.getItem(key),
  setItem: (key, value) =>
    localStorage.setItem(key, historyKeys.includes(key) ? withoutHeaders(value) : value),
  removeItem: key => localStorage.removeItem(key),
  clear: () => ownKeys().forEach(key => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};

export const isFirstVisit = () => localStorage.getItem('graphiql:tabState') === null;
