// What stands for the reader is kept for the tab only, and gone with it.
// Two gateways behind one proxy do not get each other's.
const prefix = `customer360:${new URL('..', import.meta.url).pathname}:`;

export const session = {
  get: name => sessionStorage.getItem(prefix + name) ?? '',
  set: (name, value) =>
    value ? sessionStorage.setItem(prefix + name, value) : sessionStorage.removeItem(prefix + name),
};
