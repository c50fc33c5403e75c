import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate, useSearchParams } from 'react-router';
import { ProductIcon } from '../../ui/ProductIcon';
import { suggestQuery } from './queries';
import classes from './SearchBox.module.css';

interface SearchBoxProps {
  size?: 'md' | 'lg';
}

/** The field on every page: suggestions while typing, a search on Enter. */
export function SearchBox({ size = 'md' }: SearchBoxProps) {
  const { pathname } = useLocation();
  const [params] = useSearchParams();
  const searched = pathname === '/products' ? (params.get('q') ?? '') : '';
  // A new search, be it by a link or by going back, is shown in the field.
  return <Field key={searched} initial={searched} size={size} />;
}

function Field({ initial, size }: { initial: string; size: 'md' | 'lg' }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState(initial);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [typed] = useDebouncedValue(text.trim(), 120);
  const { data } = useQuery(suggestQuery(combobox.dropdownOpened ? typed.slice(0, 100) : ''));
  const items = typed === '' ? [] : (data?.items ?? []);

  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault();
    combobox.closeDropdown();
    const q = text.trim();
    void navigate(q === '' ? '/products' : `/products?q=${encodeURIComponent(q)}`);
  };

  return (
    <search>
      <form onSubmit={submit}>
        <Combobox
          store={combobox}
          radius="md"
          shadow="lg"
          onOptionSubmit={(slug) => {
            combobox.closeDropdown();
            void navigate(`/products/${slug}`);
          }}
        >
          <Combobox.Target>
            <TextInput
              name="q"
              type="search"
              size={size}
              radius="xl"
              autoComplete="off"
              maxLength={200}
              aria-label={t('search.label')}
              placeholder={t('search.placeholder')}
              leftSection={<IconSearch size={size === 'lg' ? 21 : 18} stroke={1.8} aria-hidden />}
              leftSectionWidth={size === 'lg' ? 52 : 44}
              classNames={{ input: classes.input }}
              value={text}
              onChange={({ currentTarget }) => {
                setText(currentTarget.value);
                combobox.resetSelectedOption();
                combobox.openDropdown();
              }}
              onBlur={() => combobox.closeDropdown()}
            />
          </Combobox.Target>
          <Combobox.Dropdown hidden={items.length === 0}>
            <Combobox.Options>
              {items.map((item) => (
                <Combobox.Option key={item.id} value={item.slug} className={classes.option}>
                  <ProductIcon slug={item.slug} name={item.name} image={item.image} size="xs" />
                  <span className={classes.name}>{item.name}</span>
                </Combobox.Option>
              ))}
            </Combobox.Options>
          </Combobox.Dropdown>
        </Combobox>
        <button type="submit" className="visually-hidden" tabIndex={-1}>
          {t('search.submit')}
        </button>
      </form>
    </search>
  );
}
