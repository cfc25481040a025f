import { useSyncExternalStore } from 'react';

// What a page looks at stands in the fragment of its address, which can be sent to a colleague and
// is sent to no server, so that names and addresses are in nobody's log.

// The last two are the router's, for what it does itself.
const changes = ['hashchange', 'popstate', 'pushState', 'replaceState'];

const listen = (changed: () => void) => {
  changes.forEach(name => addEventListener(name, changed));
  return () => changes.forEach(name => removeEventListener(name, changed));
};

export function useFragment(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(listen, () => location.hash).slice(1));
}

// A fragment that says these things, those that are empty left out.
export function fragment(says: Record<string, string>): string {
  return `#${new URLSearchParams(Object.entries(says).filter(([, value]) => value))}`;
}

export function goTo(says: Record<string, string>) {
  location.hash = fragment(says);
}
