import classes from './Logo.module.css';

export function Logo() {
  return (
    <span className={classes.logo}>
      <svg viewBox="0 0 32 32" width="30" height="30" aria-hidden>
        <rect width="32" height="32" rx="9" className={classes.tile} />
        <path
          d="M10 24V9.5A1.5 1.5 0 0 1 11.5 8H17a5.5 5.5 0 0 1 0 11h-3.2"
          fill="none"
          className={classes.letter}
          strokeWidth="3.4"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <circle cx="21.5" cy="23.5" r="2.2" className={classes.dot} />
      </svg>
      <span className={classes.word}>pps</span>
    </span>
  );
}
