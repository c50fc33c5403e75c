/** One server-sent event. `id` is the last id seen so far, as the specification has it. */
export interface ServerEvent {
  event: string;
  data: string;
  id: string;
}

/** Parser of `text/event-stream` (WHATWG HTML, "Server-sent events"); chunks may end anywhere, in a line end too. */
export class EventStreamParser {
  private buffer = '';
  private started = false;
  private data: string[] = [];
  private event = '';
  private id = '';

  push(chunk: string): ServerEvent[] {
    this.buffer += chunk;
    if (!this.started && this.buffer.length > 0) {
      this.started = true;
      if (this.buffer.startsWith('\uFEFF')) this.buffer = this.buffer.slice(1);
    }
    const events: ServerEvent[] = [];
    let end: RegExpExecArray | null;
    // A CR at the very end may be half of a CRLF: it waits for the next chunk.
    while ((end = /\r\n|\n|\r(?!$)/.exec(this.buffer)) !== null) {
      const line = this.buffer.slice(0, end.index);
      this.buffer = this.buffer.slice(end.index + end[0].length);
      const event = this.line(line);
      if (event) events.push(event);
    }
    return events;
  }

  private line(line: string): ServerEvent | undefined {
    if (line === '') return this.dispatch();
    if (line.startsWith(':')) return undefined;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.data.push(value);
    else if (field === 'event') this.event = value;
    else if (field === 'id' && !value.includes('\0')) this.id = value;
    return undefined;
  }

  private dispatch(): ServerEvent | undefined {
    const event = { event: this.event || 'message', data: this.data.join('\n'), id: this.id };
    const empty = this.data.length === 0;
    this.data = [];
    this.event = '';
    return empty ? undefined : event;
  }
}
