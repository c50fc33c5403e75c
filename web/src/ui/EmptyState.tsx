import { createElement, type ReactNode } from 'react';
import classes from './EmptyState.module.css';

interface EmptyStateProps {
  title: string;
  text: string;
  art?: 'shelf' | 'nothing';
  level?: 1 | 2;
  children?: ReactNode;
}

export function EmptyState({ title, text, art = 'shelf', level = 2, children }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      <Art kind={art} />
      {createElement(`h${level}`, { className: classes.title }, title)}
      <p className={classes.text}>{text}</p>
      {children}
    </div>
  );
}

function Art({ kind }: { kind: 'shelf' | 'nothing' }) {
  return (
    <svg className={classes.art} viewBox="0 0 160 96" width="160" height="96" aria-hidden>
      <rect x="8" y="80" width="144" height="5" rx="2.5" className={classes.line} />
      {kind === 'shelf' ? (
        <>
          <rect x="24" y="44" width="30" height="36" rx="7" className={classes.soft} />
          <rect x="62" y="28" width="36" height="52" rx="8" className={classes.ghost} />
          <rect x="106" y="50" width="30" height="30" rx="7" className={classes.warm} />
        </>
      ) : (
        <>
          <circle cx="70" cy="44" r="24" className={classes.ghost} />
          <path d="M88 62l18 18" className={classes.stroke} />
          <circle cx="120" cy="32" r="6" className={classes.warm} />
        </>
      )}
    </svg>
  );
}
