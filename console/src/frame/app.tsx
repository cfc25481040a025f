import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { beside } from '../place.ts';
import { useAccess } from './access.tsx';
import { Customers } from './customers.tsx';
import { SignedIn } from './signed-in.tsx';
import { SignInForm, Who } from './who.tsx';

const base = new URL(beside('..')).pathname.replace(/\/$/, '');

// The pages of the console. One that is still to come has its place, and no link to it.
const pages: { path: string; title: string; page?: () => ReactNode }[] = [
  { path: '/customers', title: 'Customers', page: Customers },
  { path: '/desk', title: 'Desk' },
  { path: '/insights', title: 'Insights' },
];

export function App() {
  return (
    <Router base={base}>
      <Header />
      <Switch>
        <Route path="/signed-in"><Main title="Signing in"><SignedIn /></Main></Route>
        {pages.map(({ path, title, page: Page }) => (
          <Route key={path} path={path}>
            <Main title={title}>{Page ? <ForCallers page={Page} /> : <NotYet title={title} />}</Main>
          </Route>
        ))}
        <Route><Main title="Not found"><p>There is no such page.</p></Main></Route>
      </Switch>
    </Router>
  );
}

function Header() {
  const [path] = useLocation();
  return (
    <header className="bar">
      <a className="skip" href="#main" onClick={skip}>Skip to the page</a>
      <p className="brand">customer360</p>
      <nav aria-label="Pages">
        <ul>
          {pages.filter(({ page }) => page).map(({ path: to, title }) => (
            <li key={to}><Link href={to} aria-current={path === to ? 'page' : undefined}>{title}</Link></li>
          ))}
          <li><a href={beside('../playground')}>Playground</a></li>
          <li><a href={beside('../contract')}>Contract</a></li>
        </ul>
      </nav>
      <Who />
    </header>
  );
}

// The fragment is the page's own: it must not be replaced by the place to skip to.
function skip(event: { preventDefault(): void }) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Main({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · customer360`;
  }, [title]);
  return <main id="main" tabIndex={-1}>{children}</main>;
}

function NotYet({ title }: { title: string }) {
  return (
    <>
      <h1>{title}</h1>
      <p>This edition of customer360 does not have this page yet.</p>
    </>
  );
}

// A page, or what stands between the reader and it.
function ForCallers({ page: Page }: { page: () => ReactNode }) {
  const { contract, refused } = useAccess();
  if (refused) {
    return <SignInForm refused={refused} />;
  }
  return contract ? <Page /> : <p role="status" className="quiet">Reading your contract …</p>;
}
