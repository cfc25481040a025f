// Where things are, seen from this script, which a proxy may serve below a prefix of its own.
export const beside = (path: string) => new URL(path, import.meta.url).href;
