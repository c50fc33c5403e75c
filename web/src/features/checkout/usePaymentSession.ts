import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '../../api/client';
import type { PaymentSession } from '../../api/types';

/** The buyer's visit to the provider's page, if there was one. */
export function usePaymentSession(id: string | undefined): UseQueryResult<PaymentSession> {
  return useQuery({
    queryKey: ['own', 'payment-session', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/payment-sessions/{id}', { params: { path: { id: id ?? '' } }, signal })),
    enabled: id !== undefined,
    staleTime: 0,
  });
}
