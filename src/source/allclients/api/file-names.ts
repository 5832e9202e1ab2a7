/** A file's name as an attachment can carry it; what AllClients holds may have come from any system. */

const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const MAX = 200;

/** Without folders, control characters and what some system refuses; never empty. */
export function safeFileName(name: string): string {
  const last =
    name
      .normalize('NFC')
      .split(/[/\\]/)
      .filter((part) => !/^\.*$/.test(part.trim()))
      .at(-1) ?? '';
  const clean = last
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^\s+|[\s.]+$/g, '');
  const named = clean === '' ? 'unnamed' : DEVICES.test(clean) ? `_${clean}` : clean;
  return named.length <= MAX ? named : shortened(named);
}

/** The end tells what kind of file it is. */
function shortened(name: string): string {
  const dot = name.lastIndexOf('.');
  const end = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : '';
  return `${[...name.slice(0, MAX - end.length)].join('')}${end}`;
}

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  byte: 1,
  bytes: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
};

/** Whether so many bytes can be what AllClients calls `32 KB`: it rounds, up or down, and at times counts in thousands. */
export function fitsSize(bytes: number, said: string): boolean {
  const match = /^\s*([\d,]+(?:\.(\d+))?)\s*([a-z]+)\s*$/i.exec(said);
  const unit = UNITS[match?.[3]?.toLowerCase() ?? ''];
  if (!match || unit === undefined) return true;
  const amount = Number((match[1] ?? '').replaceAll(',', ''));
  const step = unit === 1 ? 0 : unit / 10 ** (match[2]?.length ?? 0);
  const thousands = unit === 1 ? 1 : 1000 ** Math.round(Math.log(unit) / Math.log(1024));
  return bytes <= amount * unit + step && bytes >= amount * thousands - step;
}
