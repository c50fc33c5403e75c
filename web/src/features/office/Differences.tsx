import { useTranslation } from 'react-i18next';
import type { ProductInput } from '../../api/types';
import { differences } from './differences';
import { Table } from './parts';
import classes from './room.module.css';

interface DifferencesProps {
  left: ProductInput;
  right: ProductInput;
  titles: readonly [string, string];
  /** What is said where there is none. */
  same: string;
}

/** Two versions of a product beside each other, where they differ. */
export function Differences({ left, right, titles, same }: DifferencesProps) {
  const { t } = useTranslation('office');
  const found = differences(left, right);
  if (found.length === 0) return <p>{same}</p>;
  return (
    <Table label={titles.join(' / ')} columns={[{ title: t('product.field') }, { title: titles[0] }, { title: titles[1] }]}>
      {found.map(({ pointer, mine: one, theirs: other }) => (
        <tr key={pointer}>
          <td className={classes.mono}>{pointer}</td>
          <td>{one}</td>
          <td>{other}</td>
        </tr>
      ))}
    </Table>
  );
}
