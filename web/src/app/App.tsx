import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { RouterProvider } from 'react-router';
import { isTransient } from '../api/problem';
import { forgetSeen } from '../features/catalogue/seen';
import { useSessionStatus } from '../features/session/useSession';
import { router } from './router';
import { theme } from './theme';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && isTransient(error),
    },
  },
});

export function App() {
  return (
    // The variables are a style sheet of their own (vite.config.ts): no style element is made at run time.
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queries}>
        <ForgetOnSignOut />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** What one account saw is nothing for the next. */
function ForgetOnSignOut() {
  const status = useSessionStatus();
  const before = useRef(status);
  useEffect(() => {
    if (status === 'anonymous') queries.removeQueries({ queryKey: ['own'] });
    if (status === 'anonymous' && before.current === 'signed_in') forgetSeen();
    before.current = status;
  }, [status]);
  return null;
}
