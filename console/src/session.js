// What stands for the reader is kept for the tab only, and gone with it.
const prefix = 'customer360:';

export const session = {
  get: name => sessionStorage.getItem(prefix + name) ?? '',
  set: (name, value) =>
    value ? sessionStorage.setItem(prefix + name, value) : sessionStorage.removeItem(prefix + name),
};
