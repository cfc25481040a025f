import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { assertObjectType, buildASTSchema, isEnumType, isObjectType, parse } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import type { ContractQuery } from './frame/operations.ts';
import matching from './matching.json';
import { beside } from './place.ts';
import { holds } from './scopes.ts';
import { Reference, Text } from './reference.tsx';

export type Contract = ContractQuery['contract'];

type Section = [id: string, title: string, content: ReactNode];

// The name comes first.
type Row = [string, ...ReactNode[]];

// All that there is to know of a contract, with the names that it has.
export function Guide({ contract }: { contract: Contract }) {
  const schema = useMemo(() => buildASTSchema(parse(contract.sdl), { assumeValidSDL: true }), [contract]);
  const customer = schema.getType('Customer');
  const matches = isObjectType(customer) && Boolean(customer.getFields().emailHash);
  const all: (Section | false)[] = [
    ['credential', 'Your credential', <Credential contract={contract} />],
    ['first-request', 'A first request', <FirstRequest contract={contract} />],
    ['answers', 'Reading an answer', <Answers />],
    ['schema', 'The schema', <Schema contract={contract} schema={schema} />],
    ['errors', 'Errors', <Errors schema={schema} />],
    ['limits', 'Limits', <Limits contract={contract} schema={schema} />],
    matches && ['matching', 'Matching by hash', <Matching />],
    ['end', 'When the credential ends', <End contract={contract} />],
    ['changes', 'What changes, and how you are told', <Changes contract={contract} />],
  ];
  const sections = all.filter(section => section !== false);
  return (
    <>
      <nav aria-label="On this page">
        <ul>
          {sections.map(([id, title]) => <li key={id}><a href={`#${id}`}>{title}</a></li>)}
        </ul>
      </nav>
      {sections.map(([id, title, content]) => (
        <section key={id} id={id} aria-labelledby={`${id}-title`}>
          <h2 id={`${id}-title`}>{title}</h2>
          {content}
        </section>
      ))}
    </>
  );
}

const day = 24 * 60 * 60 * 1000;

function ending(expiresAt: string | null) {
  if (!expiresAt) {
    return 'never by itself';
  }
  const days = Math.floor((new Date(expiresAt).getTime() - Date.now()) / day);
  const left = days < 1 ? 'in less than a day' : days === 1 ? 'in a day' : `in ${days} days`;
  return `${expiresAt} (${left})`;
}

function Credential({ contract }: { contract: Contract }) {
  return (
    <dl>
      <dt>Contract</dt>
      <dd>{contract.name}</dd>
      <dt>Credential</dt>
      <dd>{contract.credential ?? 'none: this gateway asks for none'}</dd>
      <dt>Ends</dt>
      <dd>{ending(contract.expiresAt)}</dd>
      <dt>Scopes</dt>
      <dd>{contract.scopes.join(', ') || 'none'}</dd>
      <dt>Purposes</dt>
      <dd>{contract.purposes.join(', ') || 'none'}</dd>
    </dl>
  );
}

const Code = ({ children }: { children: ReactNode }) => <pre tabIndex={0}><code>{children}</code></pre>;

function FirstRequest({ contract }: { contract: Contract }) {
  const query = holds(contract.scopes, 'customers:list')
    ? '{ customers(first: 3) { nodes { id displayName } pageInfo { hasNextPage endCursor } } }'
    : '{ contract { name expiresAt limits { costLeft } } }';
  const send = contract.credential ? ' -H "Authorization: Bearer $KEY"' : '';
  return (
    <>
      <Code>
        {contract.credential ? 'KEY=…   # from where you keep secrets\n' : ''}
        {`curl -s ${beside('../graphql')}${send} -H 'Content-Type: application/json' \\\n  -d '{"query": "${query}"}'`}
      </Code>
      {contract.limits.trustedDocumentsOnly ? (
        <p>
          Only documents that were registered with the gateway are executed for this credential: send the company what your
          client sends, as a manifest of persisted queries, and name each by its <code>documentId</code>. This one is not.
        </p>
      ) : (
        <p>Any client of GraphQL will do. Requests are POSTs of JSON; one has one operation.</p>
      )}
      {contract.purposes.length > 0 && (
        <p>
          A field that may be read for a purpose only asks for it: send it as{' '}
          <code>{`"extensions": {"purpose": "${contract.purposes.find(p => p !== '*') ?? 'marketing'}"}`}</code> beside the query.
        </p>
      )}
    </>
  );
}

function Answers() {
  return (
    <ul>
      <li>
        <b>Null is not “none”.</b> An empty list was asked for, and there is nothing. Null may be unknown, late, or not for you:{' '}
        <code>errors</code> has an entry with the path and a code, and <code>sources</code> beside the field says how each source
        answered.
      </li>
      <li>
        <b>An answer may have data and errors.</b> What did answer is there. Retry where an error says <code>retryable</code>, after{' '}
        <code>retryAfter</code>.
      </li>
      <li>
        <b>Ids are opaque.</b> Store and compare them; do not take them apart.
      </li>
      <li>
        <b>Pages</b> have at most as many entries as the limits say. Send <code>endCursor</code> as <code>after</code> while{' '}
        <code>hasNextPage</code> is true.
      </li>
      <li>
        <b>Enums grow.</b> Treat a value that you do not know as <code>OTHER</code>.
      </li>
    </ul>
  );
}

function Schema({ contract, schema }: { contract: Contract; schema: GraphQLSchema }) {
  function download() {
    const url = URL.createObjectURL(new Blob([contract.sdl], { type: 'application/graphql' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${contract.name.toLowerCase()}-${contract.version}.graphqls`;
    link.click();
    URL.revokeObjectURL(url);
  }
  return (
    <>
      <p>
        Version <code>{contract.version}</code>. <button type="button" onClick={download}>Download the schema (SDL)</button>
      </p>
      <p>For code generators and for comparing; a program gets it with <code>{'{ contract { version sdl } }'}</code>.</p>
      <Reference schema={schema} />
    </>
  );
}

// What the gateway says of a request as a whole, which is no value of the schema.
const codesOfRequests: Row[] = [
  ['GRAPHQL_PARSE_FAILED', 'The document is not GraphQL.'],
  ['GRAPHQL_VALIDATION_FAILED', 'The document does not fit the schema, or is beyond a limit.'],
  ['PERSISTED_QUERY_NOT_FOUND', 'The document of this hash is not known: send it with its hash.'],
  ['DOCUMENT_NOT_FOUND', 'There is no registered document of this id.'],
];
const statuses: Row[] = [
  ['200', 'The operation was run, with or without errors.'],
  ['400', 'The request is malformed, or costs too much.'],
  ['401', 'There is no credential, or not one that is right; one that has ended looks the same.'],
  ['403', 'The credential, or what it was sent with, is not for this address.'],
  ['413', 'The body is too large.'],
  ['415', 'The body is not application/json in UTF-8.'],
  ['421', 'The gateway answers to names of its own machine only.'],
  ['429', 'The minute’s cost is used up, or too many credentials failed: Retry-After says for how long, in seconds.'],
  ['503', 'Try again later.'],
];

function Errors({ schema }: { schema: GraphQLSchema }) {
  const type = schema.getType('ErrorCode');
  const codes = isEnumType(type) ? type.getValues() : [];
  return (
    <>
      <p>
        The code of an error is its <code>extensions.code</code>. Quote <code>X-Request-Id</code>, which every answer has as a header,
        when you ask about one.
      </p>
      <Table
        caption="Codes"
        head={['Code', 'Means']}
        rows={[...codes.map(({ name, description }): Row => [name, <Text key={name}>{description}</Text>]), ...codesOfRequests]}
      />
      <Table caption="HTTP statuses" head={['Status', 'Means']} rows={statuses} />
    </>
  );
}

type Limit = Contract['limits'][keyof Contract['limits']];

function Limits({ contract, schema }: { contract: Contract; schema: GraphQLSchema }) {
  const fields = Object.values(assertObjectType(schema.getType('ContractLimits')).getFields());
  const limits: Record<string, Limit> = contract.limits;
  const shown = (value: Limit) => (value === null ? 'no bound' : typeof value === 'number' ? value.toLocaleString('en') : String(value));
  return (
    <>
      <p>
        What is beyond a limit is refused before anything of it is executed. A cost is about how many values the largest answer
        could have: each answer says what it cost, in <code>extensions.cost</code>. Ask for fewer fields, or for smaller pages.
      </p>
      <Table
        caption="Limits"
        head={['Limit', 'Value', 'What it bounds']}
        rows={fields.map(({ name, description }) => [name, shown(limits[name]), <Text key={name}>{description}</Text>])}
      />
    </>
  );
}

function Matching() {
  const first = matching.values[0];
  return (
    <>
      <p>
        <code>emailHash</code> and <code>phoneHash</code> tell which of your own customers are among these, and no address is shown
        by either side: HMAC-SHA-256 of the value under your salt, as 64 hexadecimal digits. A hash is the same each time, and
        different for every partner.
      </p>
      <ol>
        <li>
          Write the value as it is hashed. An e-mail address: in lower case, without surrounding space, an international domain
          by its letters instead of Punycode, in Unicode’s NFC. A phone number: E.164, as <code>+4930901820</code>.
        </li>
        <li>Make its hash with your salt, and compare.</li>
      </ol>
      <p>Try your program with this salt, which is an example’s, before you use your own:</p>
      <Code>
        {`SALT=${matching.salt}\nprintf %s ${first.hashed} | openssl dgst -sha256 -mac HMAC -macopt hexkey:$SALT`}
      </Code>
      <Code>
        {`import hashlib, hmac\n\nhmac.new(bytes.fromhex(SALT), "${first.hashed}".encode(), hashlib.sha256).hexdigest()`}
      </Code>
      <Table
        caption="What the example’s salt gives"
        head={['Written', 'Hashed', 'Hash']}
        rows={matching.values.map(v => [v.written, v.hashed, <code key={v.hash}>{v.hash}</code>])}
      />
      <h3>The salt</h3>
      <ul>
        <li>The company gives it to you once, by a safe way, and not together with a key.</li>
        <li>Who has it can try out addresses. Keep it where secrets are kept, on servers: in no page, app, log or request.</li>
        <li>It is the same for all of your keys, and stays when a key is replaced. If it may have got lost, tell the company.</li>
        <li>A hash is null where there is no address, and where your credential names no partner.</li>
      </ul>
    </>
  );
}

function End({ contract }: { contract: Contract }) {
  return (
    <>
      <p>
        It ends: <b>{ending(contract.expiresAt)}</b>. <code>{'{ contract { expiresAt } }'}</code> tells a program, which should say so to
        somebody two weeks before.
      </p>
      <ul>
        <li>From then on every request is refused with 401 and <code>UNAUTHENTICATED</code>, as with a key that was revoked.</li>
        <li>
          Ask for another key before. It has the same rights, and the old one may go on for a while, so that you can change from one to the
          other without a gap. Ids and hashes stay the same where both keys name you as the same partner.
        </li>
        <li>A token is replaced by asking its issuer for another.</li>
        <li>If a key got lost, tell the company at once: it is refused everywhere within seconds.</li>
      </ul>
    </>
  );
}

function Changes({ contract }: { contract: Contract }) {
  const { deprecations } = contract;
  return (
    <>
      <p>
        The contract changes forward only. Types, fields, arguments that may be left out and values of enums are added without
        notice. What is going to be taken away is deprecated first, with what to use instead and, where one is set, the day from
        which on it may be gone. <code>{'{ contract { version deprecations { coordinate reason removedOn } } }'}</code> tells a program:
        another version is another schema.
      </p>
      {deprecations.length === 0 ? (
        <p>Nothing is deprecated at present.</p>
      ) : (
        <Table
          caption="Deprecated"
          head={['What', 'Why, and what instead', 'May be gone from']}
          rows={deprecations.map(d => [d.coordinate, <Text key={d.coordinate}>{d.reason}</Text>, d.removedOn ?? 'no day is set'])}
        />
      )}
    </>
  );
}

// A table whose first column names its rows.
function Table({ caption, head, rows }: { caption: string; head: string[]; rows: Row[] }) {
  return (
    <div className="table" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>{head.map(title => <th key={title} scope="col">{title}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map(([name, ...cells]) => (
            <tr key={name}>
              <th scope="row"><code>{name}</code></th>
              {cells.map((cell, i) => <td key={head[i + 1]}>{cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
