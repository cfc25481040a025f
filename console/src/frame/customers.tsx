import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { Button, Input, Label, ListBox, ListBoxItem, Popover, SearchField, Select, SelectValue, Text } from 'react-aria-components';
import { useAccess } from './access.tsx';
import { ask, NoAnswer } from './ask.ts';
import type { Fitted } from './ask.ts';
import { CustomerPage } from './customer.tsx';
import { ended, moment } from './format.ts';
import { fragment, goTo, useFragment } from './fragment.ts';
import type { CustomerFilter, CustomerOrder, CustomersQuery } from './operations.ts';
import { Chip } from './status.tsx';

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

// What somebody typed, as a condition: an address, a number, or words of a name.
export function whereOf(text: string): CustomerFilter | undefined {
  if (!text) {
    return undefined;
  }
  if (text.includes('@')) {
    return { email: text };
  }
  return /^\+?[\d\s()./-]{6,}$/.test(text) ? { phone: text } : { name: { hasWord: text } };
}

// Reports whether a contract finds customers by name: its text is what the gateway itself prints.
function findsByName(sdl: string) {
  return /^input CustomerFilter \{[^}]*^ {2}name:/m.test(sdl);
}

function List() {
  const access = useAccess();
  const says = useFragment();
  const [q, order] = [says.get('q') ?? '', orders[says.get('order') ?? ''] ? says.get('order')! : 'newest'];
  const list = useInfiniteQuery({
    queryKey: ['customers', access.contract?.credential, access.purpose, q, order],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      ask(access, 'Customers', {
        first: pageSize, orderBy: orders[order]!.order, ...(pageParam && { after: pageParam }), ...(whereOf(q) && { where: whereOf(q) }),
      }, signal),
    getNextPageParam: last => (last.data.customers?.pageInfo?.hasNextPage && last.data.customers.pageInfo.endCursor) || undefined,
  });
  const pages = list.data?.pages ?? [];
  const rows = pages.flatMap(page => page.data.customers?.nodes ?? []);
  const total = pages[0]?.data.customers?.totalCount;
  // A customer whose source failed has that in the row; what stands here is about the list.
  const faults = pages.flatMap(page => page.errors).filter(e => (e.path?.length ?? 0) < 2);
  const name = findsByName(access.contract!.sdl);
  return (
    <>
      <h1>Customers</h1>
      <Search key={q} q={q} order={order} name={name} />
      {(list.error || faults.length > 0) && (
        <div role="alert" className="problem">
          {list.error ? <p>{ended(list.error.message)}</p> : faults.map(f => <p key={f.message}>{ended(f.message)}</p>)}
          {!(list.error instanceof NoAnswer && list.error.refusal) && <Button onPress={() => void list.refetch()}>Try again</Button>}
        </div>
      )}
      <p role="status" className="quiet">
        {list.isPending ? 'Looking …' : rows.length > 0 ? `${rows.length} of ${total?.toLocaleString() ?? 'several'} customers` : faults.length === 0 && !list.error && 'No customer was found.'}
      </p>
      {rows.length > 0 && (
        <ul className="rows" aria-label="Customers">
          {rows.map(row => <CustomerRow key={row.id} row={row} to={fragment({ q, order: says.get('order') ?? '', id: row.id ?? '' })} />)}
        </ul>
      )}
      {list.hasNextPage && (
        <Button onPress={() => void list.fetchNextPage()} isDisabled={list.isFetchingNextPage}>
          {list.isFetchingNextPage ? 'Looking …' : 'Show more'}
        </Button>
      )}
    </>
  );
}

function Search({ q, order, name }: { q: string; order: string; name: boolean }) {
  const [text, setText] = useState(q);
  const find = (to: string, by = order) => goTo({ q: to.trim(), order: by });
  return (
    <form role="search" className="row" onSubmit={(event: SubmitEvent) => { event.preventDefault(); find(text); }}>
      <SearchField value={text} onChange={setText} onClear={() => find('')}>
        <Label>Find a customer</Label>
        <div className="field">
          <Input autoCapitalize="off" spellCheck="false" />
          <Button aria-label="Clear">✕</Button>
        </div>
        <Text slot="description">{name ? 'The beginning of a name’s words, an e-mail address or a phone number.' : 'An e-mail address or a phone number.'}</Text>
      </SearchField>
      <Select selectedKey={order} onSelectionChange={key => find(text, String(key))}>
        <Label>Order</Label>
        <Button><SelectValue /> <span aria-hidden="true">▾</span></Button>
        <Popover className="popover">
          <ListBox>
            {Object.entries(orders).filter(([id]) => name || id !== 'name').map(([id, { title }]) => <ListBoxItem key={id} id={id}>{title}</ListBoxItem>)}
          </ListBox>
        </Popover>
      </Select>
      <Button type="submit" className="primary">Find</Button>
    </form>
  );
}

function CustomerRow({ row, to }: { row: Row; to: string }) {
  return (
    <li>
      <a href={to}>{row.displayName}</a>
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
