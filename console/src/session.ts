// What stands for the reader is kept for the tab only, and gone with it.
// Two gateways behind one proxy do not get each other's.
const prefix = `customer360:${new URL('..', import.meta.url).pathname}:`;

export const session = {
  get: (name: string) => sessionStorage.getItem(prefix + name) ?? '',
  set: (name: string, value: string) =>
    value ? sessionStorage.setItem(prefix + name, value) : sessionStorage.removeItem(prefix + name),
};

// A credential as somebody pasted it, without what belongs to the header; undefined for what no
// header can carry: a key or a token has nothing of it.
export function asCredential(text: string) {
  const credential = text.trim().replace(/^Bearer\s+/i, '');
  return /^[\x21-\x7e]*$/.test(credential) ? credential : undefined;
}

export const malformedCredential = 'A key or a token has neither spaces nor letters beyond ASCII.';
