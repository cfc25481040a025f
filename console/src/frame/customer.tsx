import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import { useAccess } from './access.tsx';
import { ask, hasEnded } from './ask.ts';
import type { Fitted } from './ask.ts';
import { ended } from './format.ts';
import type { CustomerQuery } from './operations.ts';
import { Billing, Profile, Relations, Social, Support } from './sections.tsx';
import { Chip, Missing } from './status.tsx';
import { Timeline } from './timeline.tsx';
import { SignInForm } from './who.tsx';

export type Customer = Fitted<NonNullable<CustomerQuery['customer']>>;

// Everything about one customer that the reader's contract has.
export function CustomerPage({ id, back }: { id: string; back: string }) {
  const access = useAccess();
  const about = useQuery({
    queryKey: ['customer', access.contract?.credential, access.purpose, id],
    queryFn: ({ signal }) => ask(access, 'Customer', { id }, signal),
  });
  const title = useRef<HTMLHeadingElement>(null);
  const customer = about.data?.data.customer;
  // Who came from the list hears where they are now.
  useEffect(() => {
    title.current?.focus();
    document.title = `${customer?.displayName ?? 'Customer'} · customer360`;
    return () => {
      document.title = 'Customers · customer360';
    };
  }, [customer?.id]);
  if (about.isPending) {
    return <p role="status" className="quiet">Reading …</p>;
  }
  if (hasEnded(about.error)) {
    return <SignInForm refused={about.error} />;
  }
  if (about.error || !customer) {
    return (
      <>
        <p><a href={back}>All customers</a></p>
        <h1>Customer</h1>
        <p role="alert" className="problem">
          {about.error ? ended(about.error.message) : about.data?.errors.map(e => ended(e.message)).join(' ') || 'There is no such customer.'}
        </p>
        <Button onPress={() => void about.refetch()}>Try again</Button>
      </>
    );
  }
  return (
    <article aria-busy={about.isFetching}>
      <p><a href={back}>All customers</a></p>
      <h1 ref={title} tabIndex={-1}><bdi>{customer.displayName}</bdi></h1>
      {customer.sources && (
        <p className="chips">{customer.sources.map(s => <Chip key={s.source} name={s.source ?? ''} status={s} />)}</p>
      )}
      <Missing sources={customer.sources} faults={about.data.errors} retry={() => void about.refetch()} />
      <div className="columns">
        <div>
          <Profile customer={customer} />
          <Relations customer={customer} />
          <Billing customer={customer} />
        </div>
        <div>
          <Timeline key={about.dataUpdatedAt} id={id} customer={customer} />
          <Support customer={customer} />
          <Social customer={customer} />
        </div>
      </div>
    </article>
  );
}

// The older pages of a timeline, after a first one.
export function useOlder(id: string, after: string | null | undefined) {
  const access = useAccess();
  return useInfiniteQuery({
    queryKey: ['timeline', access.contract?.credential, access.purpose, id, after],
    enabled: false,
    initialPageParam: after ?? '',
    queryFn: ({ pageParam, signal }) => ask(access, 'Timeline', { id, after: pageParam }, signal),
    getNextPageParam: last => {
      const info = last.data.customer?.timeline?.pageInfo;
      return (info?.hasNextPage && info.endCursor) || undefined;
    },
  });
}
