import { useState } from 'react';
import { isEnumType, isInputObjectType, isInterfaceType, isIntrospectionType, isScalarType, isUnionType, specifiedScalarTypes } from 'graphql';
import type { GraphQLArgument, GraphQLNamedType, GraphQLSchema, GraphQLType } from 'graphql';

// A description, whose names stand between backquotes.
export function Text({ children }: { children?: string | null }) {
  return (children ?? '').split('`').map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part));
}

const builtIn = new Set(specifiedScalarTypes.map(type => type.name));

function kindOf(type: GraphQLNamedType) {
  const kinds: [is: (type: GraphQLNamedType) => boolean, kind: string][] = [
    [isEnumType, 'enum'], [isInputObjectType, 'input'], [isInterfaceType, 'interface'], [isScalarType, 'scalar'], [isUnionType, 'union'],
  ];
  return kinds.find(([is]) => is(type))?.[1] ?? 'type';
}

// All types of a schema with their members, each to open; what is typed finds those that have it in a name.
export function Reference({ schema }: { schema: GraphQLSchema }) {
  const [wanted, setWanted] = useState('');
  const text = wanted.trim().toLowerCase();
  const has = (name: string) => name.toLowerCase().includes(text);
  const types = Object.values(schema.getTypeMap())
    .filter(type => !isIntrospectionType(type) && !builtIn.has(type.name))
    // Where queries start stands first.
    .sort((a, b) => Number(b === schema.getQueryType()) - Number(a === schema.getQueryType()) || a.name.localeCompare(b.name))
    .filter(type => has(type.name) || members(type).some(m => has(m.name)));
  return (
    <>
      <label htmlFor="find">Find a type or a field</label>
      <input id="find" type="search" autoComplete="off" value={wanted} onChange={event => setWanted(event.target.value)} />
      <p role="status" className="hint">{types.length} types</p>
      {types.map(type => (
        <details key={type.name} open={text !== '' && types.length < 6}>
          <summary><code>{type.name}</code> <span className="hint">{kindOf(type)}</span></summary>
          <p><Text>{type.description}</Text></p>
          <Members of={type} />
        </details>
      ))}
    </>
  );
}

// A field, a value of an enum or a type of a union.
interface Member {
  name: string;
  description?: string | null;
  type?: GraphQLType;
  args?: readonly GraphQLArgument[];
  deprecationReason?: string | null;
}

function members(type: GraphQLNamedType): readonly Member[] {
  if ('getFields' in type) {
    return Object.values<Member>(type.getFields());
  }
  return 'getValues' in type ? type.getValues() : 'getTypes' in type ? type.getTypes() : [];
}

function Members({ of }: { of: GraphQLNamedType }) {
  const all = members(of);
  return all.length > 0 && (
    <dl className="members">
      {all.map(m => (
        <div key={m.name}>
          <dt>
            <code>{m.name}{m.type && `: ${m.type}`}</code>
            {m.deprecationReason && <span className="deprecated">deprecated</span>}
          </dt>
          <dd>
            <Text>{m.description}</Text>
            {m.deprecationReason && <p><Text>{m.deprecationReason}</Text></p>}
            {m.args && m.args.length > 0 && (
              <ul>
                {m.args.map(a => <li key={a.name}><code>{`${a.name}: ${a.type}`}</code> <Text>{a.description}</Text></li>)}
              </ul>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
