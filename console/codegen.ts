import type { CodegenConfig } from '@graphql-codegen/cli';

// What the documents of the pages take and answer, as types. Their texts are not taken from here:
// each caller gets those that fit their contract.
export default {
  schema: '../contracts/internal.graphqls',
  documents: 'documents/*.graphql',
  generates: {
    'src/frame/operations.ts': {
      plugins: ['typescript-operations'],
      config: {
        enumsAsTypes: true,
        scalars: {
          ID: 'string', DateTime: 'string', Date: 'string', Duration: 'string', Decimal: 'string', CurrencyCode: 'string',
          URL: 'string', JSONValue: 'unknown', _Any: 'unknown',
        },
      },
    },
  },
} satisfies CodegenConfig;
