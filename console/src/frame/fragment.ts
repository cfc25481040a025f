import { useSyncExternalStore } from 'react';

// What a page looks at stands in the fragment of its address, which can be sent to a colleague and
// is sent to no server, so that names and addresses are in nobody's log.

const listen = (changed: () => void) => {
  addEventListener('hashchange', changed);
  addEventListener('popstate', changed);
  return () => {
    removeEventListener('hashchange', changed);
    removeEventListener('popstate', changed);
  };
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
