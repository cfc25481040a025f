// Stands in for GraphiQL's module of this name, which takes half of Prettier to indent a little JSON.
import { applyEdits, format } from 'jsonc-parser';

export { parseJSONC, tryParseJSONC } from '../node_modules/@graphiql/react/dist/utility/jsonc.js';

export async function formatJSONC(content: string) {
  return applyEdits(content, format(content, undefined, { insertSpaces: true, tabSize: 2 }));
}
