import { Navigate, Outlet, useLocation } from 'react-router';
import { Loading } from '../../ui/Loading';
import { useSessionStatus } from './useSession';

/** Pages of an account: whoever is not signed in signs in first and comes back. */
export function RequireSession() {
  const status = useSessionStatus();
  const { pathname, search } = useLocation();
  if (status === 'restoring') return <Loading />;
  if (status === 'anonymous') {
    return <Navigate to={`/sign-in?next=${encodeURIComponent(pathname + search)}`} replace />;
  }
  return <Outlet />;
}
