/**
 * Rows of delimited text, with the line each begins on. Our own and not a library's for one reason: an export of
 * 600,000 notes has a broken quote somewhere, and the row with it must not take the rest of the file along.
 * A row whose quotes do not close is given back as broken, and reading goes on at the next line.
 */
export interface CsvRow {
  /** 1-based line in the file. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Set when the row cannot be trusted; `text` is then the line as it stood. */
  readonly broken?: 'quotes' | 'nul' | 'too-large';
  readonly text?: string;
}

/** A note longer than this is no note; without a bound, one stray quote would gather half the file. */
const MAX_ROW_LINES = 5_000;
export const MAX_CELL = 1_000_000;
const MAX_ROW_CHARS = 4 * MAX_CELL;

interface Line {
  readonly text: string;
  readonly number: number;
}

interface Form {
  readonly delimiter: string;
  readonly columns: number;
  /** No line comes after these. */
  readonly end: boolean;
}

/** `columns`, where it is known: a row of several lines that has another number of cells was torn open by a stray quote. */
export async function* csvRows(
  chunks: AsyncIterable<string>,
  delimiter: string,
  columns = 0,
): AsyncGenerator<CsvRow[]> {
  let open: Line[] = [];
  for await (const lines of lineChunks(chunks)) {
    const rows: CsvRow[] = [];
    open = take([...open, ...lines], { delimiter, columns, end: false }, rows);
    yield rows;
  }
  const rows: CsvRow[] = [];
  take(open, { delimiter, columns, end: true }, rows);
  yield rows;
}

/** Takes whole rows off the lines; gives back the lines of a row that is not complete yet. */
function take(lines: readonly Line[], form: Form, rows: CsvRow[]): Line[] {
  let at = 0;
  while (at < lines.length) {
    const first = lines[at];
    if (!first) break;
    if (!first.text.includes('"')) {
      if (first.text !== '')
        rows.push(
          checked({ line: first.number, cells: first.text.split(form.delimiter) }, first.text),
        );
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

function quotedRow(
  lines: readonly Line[],
  at: number,
  { delimiter, columns, end }: Form,
): 'incomplete' | { row: CsvRow; lines: number } {
  const first = lines[at] ?? { text: '', number: 0 };
  const broken = {
    row: { line: first.number, cells: [], broken: 'quotes' as const, text: first.text },
    lines: 1,
  };
  const cells: string[] = [];
  let [used, text, position, chars] = [1, first.text, 0, first.text.length];
  const whole = (): { row: CsvRow; lines: number } =>
    used > 1 && columns > 0 && !fits(cells, columns)
      ? broken
      : { row: checked({ line: first.number, cells }, first.text), lines: used };
  for (;;) {
    if (text[position] !== '"') {
      const stop = text.indexOf(delimiter, position);
      cells.push(stop === -1 ? text.slice(position) : text.slice(position, stop));
      if (stop === -1) return whole();
      position = stop + 1;
      continue;
    }
    let value = '';
    let from = position + 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote === -1) {
        const next = lines[at + used];
        if (!next && !end && used < MAX_ROW_LINES && chars < MAX_ROW_CHARS) return 'incomplete';
        if (!next || used >= MAX_ROW_LINES || chars >= MAX_ROW_CHARS) return broken;
        value += `${text.slice(from)}\n`;
        [text, from] = [next.text, 0];
        chars += text.length;
        used++;
      } else if (text[quote + 1] === '"') {
        value += text.slice(from, quote + 1);
        from = quote + 2;
      } else {
        value += text.slice(from, quote);
        position = quote + 1;
        break;
      }
    }
    cells.push(value);
    if (position >= text.length) return whole();
    if (text[position] !== delimiter) return broken;
    position++;
  }
}

/** Empty cells too many at the end of a row are forgiven. */
export const fits = (cells: readonly string[], columns: number): boolean =>
  cells.length >= columns && cells.slice(columns).every((cell) => cell.trim() === '');

function checked(row: { line: number; cells: string[] }, text: string): CsvRow {
  if (row.cells.some((cell) => cell.length > MAX_CELL))
    return { line: row.line, cells: [], broken: 'too-large', text };
  if (row.cells.some((cell) => cell.includes('\u0000')))
    return { line: row.line, cells: [], broken: 'nul', text };
  return row;
}

async function* lineChunks(chunks: AsyncIterable<string>): AsyncGenerator<Line[]> {
  let [rest, number] = ['', 1];
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    yield parts.map((text) => ({
      text: text.endsWith('\r') ? text.slice(0, -1) : text,
      number: number++,
    }));
  }
  if (rest !== '') yield [{ text: rest.endsWith('\r') ? rest.slice(0, -1) : rest, number }];
}

const DELIMITERS = [',', ';', '\t', '|'];

/** The delimiter that cuts the first lines into the most, and most equal, cells. */
export function guessDelimiter(lines: readonly string[]): string {
  const scores = DELIMITERS.map((delimiter) => {
    const counts = lines
      .filter((line) => line !== '')
      .map((line) => line.replace(/"[^"]*"/g, '').split(delimiter).length - 1);
    const best = Math.max(0, ...counts);
    return { delimiter, score: best === 0 ? 0 : counts.filter((n) => n === best).length * best };
  });
  return scores.sort((a, b) => b.score - a.score)[0]?.delimiter ?? ',';
}
