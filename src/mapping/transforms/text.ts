// Control characters: PostgreSQL refuses NUL, XML the others.
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;
// oxlint-disable-next-line no-control-regex
const ALL_CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g;

export function cleanText(raw: string): string {
  let text = raw;
  if (CONTROLS.test(text)) text = text.replace(ALL_CONTROLS, '');
  if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
  return text.trim();
}

/** A char field is one line: line breaks become spaces. */
export function singleLine(raw: string): string {
  const text = cleanText(raw);
  return text.includes('\n') ? text.replace(/\s*\n\s*/g, ' ') : text;
}
