import { describe, expect, it } from 'vitest';
import { EventStreamParser, type ServerEvent } from './sse';

function parse(...chunks: string[]): ServerEvent[] {
  const parser = new EventStreamParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
}

describe('EventStreamParser', () => {
  const cases: [string, string[], ServerEvent[]][] = [
    ['one event', ['id: 4\nevent: timeline\ndata: {"seq":4}\n\n'], [{ event: 'timeline', data: '{"seq":4}', id: '4' }]],
    ['no event name', ['data: x\n\n'], [{ event: 'message', data: 'x', id: '' }]],
    ['CRLF', ['event: a\r\ndata: x\r\n\r\n'], [{ event: 'a', data: 'x', id: '' }]],
    ['CR alone', ['data: x\r\rdata: y\r\r\n'], [{ event: 'message', data: 'x', id: '' }, { event: 'message', data: 'y', id: '' }]],
    ['several data lines', ['data: a\ndata: b\n\n'], [{ event: 'message', data: 'a\nb', id: '' }]],
    ['one space only is taken off', ['data:  a\ndata:b\n\n'], [{ event: 'message', data: ' a\nb', id: '' }]],
    ['comments are heartbeats', [': ping\n\n', ':\n', 'data: x\n\n'], [{ event: 'message', data: 'x', id: '' }]],
    ['an event without data is none', ['event: a\n\n', 'data: x\n\n'], [{ event: 'message', data: 'x', id: '' }]],
    ['an id stays for the next', ['id: 7\ndata: x\n\ndata: y\n\n'], [{ event: 'message', data: 'x', id: '7' }, { event: 'message', data: 'y', id: '7' }]],
    ['an id with NUL is ignored', ['id: 1\ndata: x\n\nid: 2\0\ndata: y\n\n'], [{ event: 'message', data: 'x', id: '1' }, { event: 'message', data: 'y', id: '1' }]],
    ['a field without colon', ['data\n\n'], [{ event: 'message', data: '', id: '' }]],
    ['an unknown field', ['foo: 1\ndata: x\n\n'], [{ event: 'message', data: 'x', id: '' }]],
    ['a byte order mark', ['\uFEFFdata: x\n\n'], [{ event: 'message', data: 'x', id: '' }]],
    ['an unfinished event is not given', ['data: x\n'], []],
  ];
  it.each(cases)('%s', (_name, chunks, events) => {
    expect(parse(...chunks)).toEqual(events);
  });

  it('gives the same whatever the chunks', () => {
    const text = 'id: 1\r\nevent: snapshot\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: hb\r\n\r\nid: 2\r\ndata: y\r\n\r\n';
    const whole = parse(text);
    expect(whole).toHaveLength(2);
    for (let size = 1; size < text.length; size++) {
      const chunks: string[] = [];
      for (let i = 0; i < text.length; i += size) chunks.push(text.slice(i, i + size));
      expect(parse(...chunks), `chunks of ${size}`).toEqual(whole);
    }
  });
});
