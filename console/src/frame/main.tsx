import './console.css';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { AccessProvider } from './access.tsx';
import { App } from './app.tsx';

const queries = new QueryClient({
  // What failed says why, and has a button: asking again by itself would only make a slow system slower.
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: 30_000 } },
});

createRoot(document.getElementById('console')!).render(
  <QueryClientProvider client={queries}>
    <AccessProvider>
      <App />
    </AccessProvider>
  </QueryClientProvider>,
);
