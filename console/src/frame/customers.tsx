import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { SubmitEvent } from 'react';
import { Button, Input, Label, ListBox, ListBoxItem, Popover, SearchField, Select, SelectValue, Text } from 'react-aria-components';
import { holds } from '../scopes.ts';
import { useAccess } from './access.tsx';
import type { Access } from './access.tsx';
import { ask, hasEnded, NoAnswer } from './ask.ts';
import type { Fitted } from './ask.ts';
import { CustomerPage } from './customer.tsx';
import { ended, moment, sentence } from './format.ts';
import { fragment, goTo, useFragment } from './fragment.ts';
import type { CustomerFilter, CustomerOrder, CustomersQuery } from './operations.ts';
import { Chip } from './status.tsx';
import { SignInForm } from './who.tsx';

type Row = Fitted<NonNullable<CustomersQuery['customers']>['nodes'][number]>;

const orders: Record<string, { title: string; order: CustomerOrder }> = {
  newest: { title: 'Newest', order: { field: 'CREATED_AT', direction: 'DESC' } },
  changed: { title: 'Changed last', order: { field: 'UPDATED_AT', direction: 'DESC' } },
  name: { title: 'Name', order: { field: 'NAME', direction: 'ASC' } },
};

const pageSize = 20;

export function Customers() {
  const says = useFragment();
  const id = says.get('id');
  return id ? <CustomerPage key={id} id={id} back={fragment({ q: says.get('q') ?? '', order: says.get('order') ?? '' })} /> : <List />;
}

type Way = 'name' | 'email' | 'phone' | 'key';

const ways: Record<Way, string> = {
  name: 'the beginning of a name’s words', email: 'an e-mail address', phone: 'a phone number with its country code', key: 'your own key of a customer',
};

// What a caller may find customers by: what the contract has, whose text is what the gateway itself
// prints, and what is not masked.
function waysOf({ contract, documents }: Access): Way[] {
  const filter = /^input CustomerFilter \{[^}]*\}/m.exec(contract!.sdl)?.[0] ?? '';
  const asks = (way: Way) => new RegExp(`^ {2}${way}:`, 'm').test(filter) && holds(contract!.scopes, `sensitive:${way}`);
  return (Object.keys(ways) as Way[]).filter(way => (way === 'key' ? documents.CustomerByKey && documents.Systems : asks(way)));
}

// How somebody looks for a customer, by what was typed: an address, a number, or else words of a name,
// or a key.
function wayOf(text: string): Way {
  if (text.includes('@')) {
    return 'email';
  }
  return /^\+[\d\s()./-]+$/.test(text) ? 'phone' : 'name';
}

function whereOf(way: Way, text: string): CustomerFilter {
  return way === 'name' ? { name: { hasWord: text } } : { [way]: text };
}

function List() {
  const access = useAccess();
  const says = useFragment();
  const [q, order] = [says.get('q')?.trim() ?? '', orders[says.get('order') ?? ''] ? says.get('order')! : 'newest'];
  const by = waysOf(access);
  const way = wayOf(q);
  const list = useInfiniteQuery({
    queryKey: ['customers', access.contract?.credential, access.purpose, q, order],
    // What the caller may not ask by is not asked.
    enabled: !q || by.includes(way),
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      ask(access, 'Customers', {
        first: pageSize, orderBy: orders[order]!.order, ...(pageParam && { after: pageParam }), ...(q && { where: whereOf(way, q) }),
      }, signal),
    // Who comes back to a long list finds it as it was.
    staleTime: Infinity,
    getNextPageParam: last => (last.data.customers?.pageInfo?.hasNextPage && last.data.customers.pageInfo.endCursor) || undefined,
  });
  const named = useQuery({
    queryKey: ['customers', access.contract?.credential, access.purpose, 'key', q],
    enabled: q !== '' && way === 'name' && by.includes('key'),
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const { data } = await ask(access, 'Systems', {}, signal);
      const system = data.systems?.find(s => s.source === 'PROFILE')?.system;
      return system ? ask(access, 'CustomerByKey', { system, key: q }, signal) : null;
    },
  });
  const pages = list.data?.pages ?? [];
  const listed = pages.flatMap(page => page.data.customers?.nodes ?? []);
  const byKey = named.data?.data.customer;
  const rows: Row[] = byKey && !listed.some(row => row.id === byKey.id) ? [byKey, ...listed] : listed;
  const total = pages[0]?.data.customers?.totalCount;
  const looks = list.isFetching || named.isFetching;
  // A customer whose source failed has that in the row; what stands here is about the list.
  const faults = [...pages, ...(named.data ? [named.data] : [])].flatMap(page => page.errors).filter(e => (e.path?.length ?? 0) < 2);
  const error = list.error ?? named.error;
  if (hasEnded(error)) {
    return <SignInForm refused={error} />;
  }
  function again() {
    if (named.error) {
      void named.refetch();
    }
    if (list.error || faults.length > 0) {
      void (list.isFetchNextPageError ? list.fetchNextPage() : list.refetch());
    }
  }
  return (
    <>
      <h1>Customers</h1>
      <Search q={q} order={order} by={by} />
      {(error || faults.length > 0) && (
        <div role="alert" className="problem">
          {error ? <p>{ended(error.message)}</p> : faults.map(f => <p key={f.message}>{ended(f.message)}</p>)}
          {!(error instanceof NoAnswer && error.refusal) && <Button onPress={again}>Try again</Button>}
        </div>
      )}
      <p role="status" className="quiet">
        {rows.length > 0
          ? `${rows.length} of ${total == null ? 'several' : Math.max(total, rows.length).toLocaleString()} customers`
          : looks ? 'Looking …' : faults.length === 0 && !error && 'No customer was found.'}
      </p>
      {rows.length > 0 && (
        <ul className="rows" aria-label="Customers">
          {rows.map(row => <CustomerRow key={row.id} row={row} to={fragment({ q, order: says.get('order') ?? '', id: row.id ?? '' })} />)}
        </ul>
      )}
      {list.hasNextPage && (
        <Button onPress={() => list.isFetching || void list.fetchNextPage()}>
          {list.isFetchingNextPage ? 'Looking …' : 'Show more'}
        </Button>
      )}
    </>
  );
}

function Search({ q, order, by }: { q: string; order: string; by: Way[] }) {
  const queries = useQueryClient();
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  function find(to: string, as = order) {
    // What was found before may have changed.
    queries.removeQueries({ queryKey: ['customers'] });
    goTo({ q: to.trim(), order: as });
  }
  const hint = new Intl.ListFormat('en', { type: 'disjunction' }).format(by.map(way => ways[way]));
  return (
    <form role="search" className="row" onSubmit={(event: SubmitEvent) => { event.preventDefault(); find(text); }}>
      <SearchField value={text} onChange={setText} onClear={() => find('')} isDisabled={by.length === 0}>
        <Label>Find a customer</Label>
        <div className="field">
          <Input autoCapitalize="off" spellCheck="false" />
          <Button aria-label="Clear">✕</Button>
        </div>
        <Text slot="description">{by.length > 0 ? `${sentence(hint)}.` : 'Requires one of the scopes sensitive:name, sensitive:email and sensitive:phone.'}</Text>
      </SearchField>
      <Select selectedKey={order} onSelectionChange={key => find(text, String(key))}>
        <Label>Order</Label>
        <Button><SelectValue /> <span aria-hidden="true">▾</span></Button>
        <Popover className="popover">
          <ListBox>
            {Object.entries(orders).filter(([id]) => by.includes('name') || id !== 'name').map(([id, { title }]) => <ListBoxItem key={id} id={id}>{title}</ListBoxItem>)}
          </ListBox>
        </Popover>
      </Select>
      <Button type="submit" className="primary" isDisabled={by.length === 0}>Find</Button>
    </form>
  );
}

function CustomerRow({ row, to }: { row: Row; to: string }) {
  return (
    <li>
      <a href={to}><bdi>{row.displayName}</bdi></a>
      <span className="quiet">{[row.email, row.phone].filter(Boolean).join(' · ')}</span>
      <span className="chips">
        {row.billing && <Chip name="BILLING" status={row.billing} />}
        {row.support && <Chip name="SUPPORT" status={row.support} />}
        {row.social && <Chip name="SOCIAL" status={row.social} />}
      </span>
      {row.updatedAt && <span className="quiet when">Changed {moment(row.updatedAt)}</span>}
    </li>
  );
}
