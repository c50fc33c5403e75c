import '@fontsource-variable/bricolage-grotesque';
import '@fontsource-variable/geist';
import './app/mantine.css';
import 'virtual:theme-variables.css';
import './app/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { basket } from './features/basket/basket';
import { session } from './features/session/session';
import { startMessages } from './messages/i18n';

addEventListener('storage', ({ key, newValue }) => {
  basket.storageChanged(key);
  session.storageChanged(key, newValue);
});
void session.restore();

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
await startMessages();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
