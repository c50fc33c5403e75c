import { useTranslation } from 'react-i18next';
import classes from './Description.module.css';
import { blocks } from './descriptionBlocks';

/** A product's description: plain text with paragraphs and lists (openapi.yaml, `Product.description`). */
export function Description({ text }: { text: string }) {
  const { t } = useTranslation();
  const parts = blocks(text);
  if (parts.length === 0) return <p className={classes.none}>{t('product.noDescription')}</p>;
  return (
    <div className={classes.prose}>
      {parts.map((part, index) =>
        part.kind === 'list' ? (
          <ul key={index}>
            {part.items.map((item, position) => (
              <li key={position}>{item}</li>
            ))}
          </ul>
        ) : (
          <p key={index}>{part.text}</p>
        ),
      )}
    </div>
  );
}
