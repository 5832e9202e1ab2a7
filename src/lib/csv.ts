/**
 * Rows of delimited text, with the line each begins on. Our own and not a library's for one reason: an export of
 * 600,000 notes has a broken quote somewhere, and the row with it must not take the rest of the file along.
 * A row whose quotes do not close is given back as broken, and reading goes on at the next line.
 */
export interface CsvRow {
  /** 1-based line in the file. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Set when the row cannot be trusted; `text` is then the row as it stood, its beginning if it is endless. */
  readonly broken?: 'quotes' | 'nul' | 'too-large' | 'formula';
  /** Of the cell that is meant, where it is one. */
  readonly brokenAt?: number;
  readonly text?: string;
}

export const MAX_CELL = 1_000_000;
/** Without a bound one stray quote would gather the whole file; a cell of 10 MB must still be seen as one. */
const MAX_ROW_CHARS = 16_000_000;
const KEPT_OF_BROKEN = 10_000;

interface Line {
  readonly text: string;
  readonly number: number;
  /** As it stood between this line and the next; a cell over several lines keeps it. */
  readonly end: string;
  /** The line was longer than any row may be, and only its beginning is here. */
  readonly cut: boolean;
}

interface Form {
  readonly delimiter: string;
  readonly complete: (cells: readonly string[]) => boolean;
  /** No line comes after these. */
  readonly end: boolean;
}

/** `complete`, where it is known: a row of several lines whose cells are not was torn open by a stray quote. */
export async function* csvRows(
  chunks: AsyncIterable<string>,
  delimiter: string,
  complete: (cells: readonly string[]) => boolean = () => true,
): AsyncGenerator<CsvRow[]> {
  let open: Line[] = [];
  let retryAt = 0;
  for await (const lines of lineChunks(chunks)) {
    open = open.length === 0 ? lines : open.concat(lines);
    // An open row is looked at again when it has doubled: at every chunk, a long one would be read a hundred times.
    if (open.length < retryAt) continue;
    const rows: CsvRow[] = [];
    open = take(open, { delimiter, complete, end: false }, rows);
    retryAt = open.length * 2;
    yield rows;
  }
  const rows: CsvRow[] = [];
  take(open, { delimiter, complete, end: true }, rows);
  yield rows;
}

/** Takes whole rows off the lines; gives back the lines of a row that is not complete yet. */
function take(lines: Line[], form: Form, rows: CsvRow[]): Line[] {
  let at = 0;
  while (at < lines.length) {
    const first = lines[at];
    if (!first) break;
    if (first.cut || !first.text.includes('"')) {
      if (first.text !== '') rows.push(plainRow(first, form.delimiter));
      at++;
      continue;
    }
    const row = quotedRow(lines, at, form);
    if (row === 'incomplete') return lines.slice(at);
    rows.push(row.row);
    at += row.lines;
  }
  return [];
}

function plainRow({ text, number, cut }: Line, delimiter: string): CsvRow {
  if (cut)
    return { line: number, cells: [], broken: 'too-large', text: text.slice(0, KEPT_OF_BROKEN) };
  const row = { line: number, cells: text.split(delimiter) };
  // Looked at whole: forty short cells one by one take longer than cutting them apart did.
  const fine = text.length <= MAX_CELL && !text.includes('\u0000');
  return fine ? row : checked(row, () => text);
}

type Quoted = 'incomplete' | { readonly row: CsvRow; readonly lines: number };

function quotedRow(lines: readonly Line[], at: number, form: Form): Quoted {
  const cells: string[] = [];
  const cursor = { used: 1, text: lines[at]?.text ?? '', position: 0, chars: 0 };
  const number = lines[at]?.number ?? 0;
  const raw = (): string =>
    lines
      .slice(at, at + cursor.used)
      .map((line) => line.text)
      .join('\n');
  for (;;) {
    const cell =
      cursor.text[cursor.position] === '"'
        ? quotedCell(lines, at, cursor, form.end)
        : plainCell(cursor, form.delimiter);
    if (cell === 'incomplete') return cell;
    const after = cursor.text[cursor.position];
    const torn = cell === 'broken' || (after !== undefined && after !== form.delimiter);
    if (!torn) cells.push(cell.value);
    if (torn || (after === undefined && cursor.used > 1 && !form.complete(cells))) {
      const text = lines[at]?.text.slice(0, KEPT_OF_BROKEN) ?? '';
      return { row: { line: number, cells: [], broken: 'quotes', text }, lines: 1 };
    }
    if (after === undefined)
      return { row: checked({ line: number, cells }, raw), lines: cursor.used };
    cursor.position++;
  }
}

interface Cursor {
  /** Lines taken, the text of the last of them, and how far it is read. */
  used: number;
  text: string;
  position: number;
  chars: number;
}

function plainCell(cursor: Cursor, delimiter: string): { value: string } {
  const stop = cursor.text.indexOf(delimiter, cursor.position);
  const to = stop === -1 ? cursor.text.length : stop;
  const value = cursor.text.slice(cursor.position, to);
  cursor.position = to;
  return { value };
}

/** From an opening quote to just behind the closing one. */
function quotedCell(
  lines: readonly Line[],
  at: number,
  cursor: Cursor,
  end: boolean,
): 'incomplete' | 'broken' | { value: string } {
  let value = '';
  let from = cursor.position + 1;
  for (;;) {
    const quote = cursor.text.indexOf('"', from);
    if (quote === -1) {
      const next = lines[at + cursor.used];
      if (cursor.chars > MAX_ROW_CHARS || next?.cut || (!next && end)) return 'broken';
      if (!next) return 'incomplete';
      value += cursor.text.slice(from) + (lines[at + cursor.used - 1]?.end ?? '\n');
      [cursor.text, from] = [next.text, 0];
      cursor.chars += next.text.length + 1;
      cursor.used++;
    } else if (cursor.text[quote + 1] === '"') {
      value += cursor.text.slice(from, quote + 1);
      from = quote + 2;
    } else {
      cursor.position = quote + 1;
      return { value: value + cursor.text.slice(from, quote) };
    }
  }
}

function checked(row: { line: number; cells: string[] }, text: () => string): CsvRow {
  const broken = row.cells.some((cell) => cell.length > MAX_CELL)
    ? 'too-large'
    : row.cells.some((cell) => cell.includes('\u0000'))
      ? 'nul'
      : undefined;
  return broken
    ? { line: row.line, cells: [], broken, text: text().slice(0, KEPT_OF_BROKEN) }
    : row;
}

/** Only a file without any LF near its beginning has lines that end with CR alone, as old spreadsheets wrote them. */
const LF_WITHIN = 100_000;

async function* lineChunks(chunks: AsyncIterable<string>): AsyncGenerator<Line[]> {
  const rest = unfinished();
  let [newline, number] = ['', 1];
  for await (const piece of chunks) {
    let chunk = piece;
    if (newline === '') {
      newline = newlineOf(chunk, rest.length());
      if (newline === '\r') chunk = rest.take() + chunk;
    }
    if (newline === '' || !chunk.includes(newline)) {
      rest.add(chunk);
      continue;
    }
    const parts = chunk.split(newline);
    const cut = rest.isCut();
    parts[0] = rest.take() + (parts[0] ?? '');
    rest.add(parts.pop() ?? '');
    yield parts.map((part, index) => lineOf(part, number++, newline, cut && index === 0));
  }
  const cut = rest.isCut();
  const last = rest.take();
  if (last === '') return;
  const lines = newline === '' ? last.split('\r') : [last];
  yield lines.map((text) => lineOf(text, number++, newline || '\r', cut));
}

const newlineOf = (chunk: string, before: number): string => {
  if (chunk.includes('\n')) return '\n';
  return before > LF_WITHIN && chunk.includes('\r') ? '\r' : '';
};

/** The line that has no end yet, in the pieces it came in: joined each time, a long one would be copied a hundred times. */
function unfinished() {
  let pieces: string[] = [];
  let [length, cut] = [0, false];
  return {
    length: () => length,
    isCut: () => cut,
    add(piece: string): void {
      length += piece.length;
      if (!cut) pieces.push(piece);
      if (cut || length <= MAX_ROW_CHARS) return;
      cut = true;
      pieces = [pieces.join('').slice(0, KEPT_OF_BROKEN)];
    },
    take(): string {
      const text = pieces.join('');
      [pieces, length, cut] = [[], 0, false];
      return text;
    },
  };
}

const lineOf = (text: string, number: number, newline: string, cut: boolean): Line =>
  newline === '\n' && text.endsWith('\r')
    ? { text: text.slice(0, -1), number, end: '\r\n', cut }
    : { text, number, end: newline, cut };

const DELIMITERS = [',', ';', '\t', '|'];

/** The delimiters, first the one that cuts the most rows into the same number of cells. */
export function rankDelimiters(text: string, rows: number): string[] {
  // A note over thirty lines is one cell: what stands in quotes says nothing about the delimiter.
  const lines = text
    .replace(/(^|[,;\t|\r\n])"[^"]*(?:""[^"]*)*(?:"|$)/g, '$1')
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== '')
    .slice(0, rows);
  const scores = DELIMITERS.map((delimiter) => {
    const counts = Map.groupBy(
      lines.map((line) => line.split(delimiter).length - 1),
      (count) => count,
    );
    const best = [...counts].map(([count, { length }]) => count * length ** 2);
    return { delimiter, score: Math.max(0, ...best) };
  });
  return scores.sort((a, b) => b.score - a.score).map((one) => one.delimiter);
}
