import { createBrowserRouter } from 'react-router';
import { HomePage } from '../features/catalogue/HomePage';
import { RequireSession } from '../features/session/RequireSession';
import { Failure } from '../ui/Failure';
import { Shell } from './Shell';
import { NotFoundPage } from './NotFoundPage';

/**
 * Every page but the first is a script of its own, fetched when it is opened. The first shares most of its parts with the
 * frame and with the others; together they compress better than apart.
 */
export const router = createBrowserRouter([
  {
    element: <Shell />,
    errorElement: <Failure />,
    hydrateFallbackElement: <></>,
    children: [
      { index: true, element: <HomePage /> },
      { path: 'products', lazy: async () => ({ Component: (await import('../features/catalogue/SearchPage')).SearchPage }) },
      { path: 'products/:slug', lazy: async () => ({ Component: (await import('../features/catalogue/ProductPage')).ProductPage }) },
      { path: 'basket', lazy: async () => ({ Component: (await import('../features/basket/BasketPage')).BasketPage }) },
      { path: 'sign-in', lazy: async () => ({ Component: (await import('../features/session/SignInPage')).SignInPage }) },
      { path: 'sign-up', lazy: async () => ({ Component: (await import('../features/session/SignUpPage')).SignUpPage }) },
      { path: 'verify-email', lazy: async () => ({ Component: (await import('../features/session/VerifyEmailPage')).VerifyEmailPage }) },
      {
        element: <RequireSession />,
        children: [
          { path: 'checkout', lazy: async () => ({ Component: (await import('../features/checkout/CheckoutPage')).CheckoutPage }) },
          { path: 'orders', lazy: async () => ({ Component: (await import('../features/orders/OrdersPage')).OrdersPage }) },
          { path: 'orders/:id', lazy: async () => ({ Component: (await import('../features/orders/OrderPage')).OrderPage }) },
          { path: 'library', lazy: async () => ({ Component: (await import('../features/owned/LibraryPage')).LibraryPage }) },
          { path: 'account', lazy: async () => ({ Component: (await import('../features/account/AccountPage')).AccountPage }) },
        ],
      },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
  { path: 'office/*', errorElement: <Failure />, hydrateFallbackElement: <></>, lazy: async () => (await import('../features/office/open')).open() },
]);
