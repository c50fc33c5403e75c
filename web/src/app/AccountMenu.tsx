import { ActionIcon, Menu } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { meQuery, roomsFor } from '../features/office/account';
import { session } from '../features/session/session';
import { useSessionStatus } from '../features/session/useSession';
import classes from './Header.module.css';

export function AccountMenu() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const status = useSessionStatus();
  const me = useQuery({ ...meQuery, enabled: status === 'signed_in' });
  const signOut = async () => {
    // First away from pages that need an account: they would ask to sign in again.
    await navigate('/');
    await session.signOut();
  };
  return (
    <Menu position="bottom-end" radius="md" shadow="md" width={200}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={42}
          radius="xl"
          className={classes.icon}
          aria-label={t('nav.account')}
          loading={status === 'restoring'}
        >
          <IconUser size={21} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/orders">
          {t('nav.orders')}
        </Menu.Item>
        <Menu.Item component={Link} to="/library">
          {t('nav.library')}
        </Menu.Item>
        <Menu.Item component={Link} to="/account">
          {t('nav.account')}
        </Menu.Item>
        {roomsFor(me.data?.scopes ?? []).length > 0 && (
          <Menu.Item component={Link} to="/office">
            {t('nav.office')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>{t('nav.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
