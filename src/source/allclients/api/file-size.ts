/** Sizes as AllClients words them. */
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
