// Reports whether scopes have one, as they are written in a credential: `*` has all, `sensitive:*` those
// that begin so.
export const holds = (scopes: string[], scope: string) =>
  scopes.some(s => s === '*' || s === scope || (s.endsWith(':*') && scope.startsWith(s.slice(0, -1))));
