export type Block = { kind: 'text'; text: string } | { kind: 'list'; items: string[] };

/** Paragraphs (parted by empty lines) and lists (lines that begin with `- `). */
export function blocks(text: string): Block[] {
  const out: Block[] = [];
  let paragraph: string[] = [];
  const close = () => {
    if (paragraph.length > 0) out.push({ kind: 'text', text: paragraph.join(' ') });
    paragraph = [];
  };
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const last = out.at(-1);
    if (line === '') close();
    else if (line.startsWith('- ')) {
      const inList = paragraph.length === 0 && last?.kind === 'list';
      close();
      if (inList) last.items.push(line.slice(2));
      else out.push({ kind: 'list', items: [line.slice(2)] });
    } else paragraph.push(line);
  }
  close();
  return out;
}
