/** Fetches the pictures that templates load from elsewhere, where the mapping asks for it; they vanish with the account. */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { download, type DownloadLimits } from '../lib/download.ts';
import { HttpFailure } from '../lib/http.ts';
import { imagesIn } from '../lib/html.ts';
import { pictureType } from '../lib/picture-type.ts';
import type { MappingDocument, Picture, Pictures } from '../mapping/mapping.ts';
import { reader } from './inventories.ts';
import { pictureFile, picturePath } from './picture-files.ts';
import { inspectionOf, type Session } from './session.ts';

const MAX_BYTES = 10 * 1024 ** 2;
const TIME_MS = 30_000;
const HOPS = 3;
const META = 'pictures';

/**
 * In which extraction it was tried: what failed is tried again after the next scope, not at every run; and not once
 * its template is in Odoo, which no run changes any more.
 */
type Known = Picture & { readonly extraction: number };

export const picturesOf = (session: Session, { choices }: MappingDocument): Pictures =>
  new Map(choices.pictures === 'rehosted' ? Object.entries(knownOf(session)) : []);

const knownOf = (session: Session): Record<string, Known> =>
  session.store.runs.meta<Record<string, Known>>(META) ?? {};

export async function fetchPictures(session: Session, { choices }: MappingDocument): Promise<void> {
  if (choices.pictures !== 'rehosted') return;
  const extraction = session.store.runs.meta<number>('extraction') ?? 0;
  const known = knownOf(session);
  const final = templatesLoaded(session);
  const missing = addresses(session).filter(
    (address) => !stands(session, known[address], extraction, final),
  );
  if (missing.length === 0) return;
  const step = 'fetch pictures of templates';
  session.emit({ type: 'step-started', step, total: missing.length });
  for (const [at, address] of missing.entries()) {
    const picture = await fetchPicture(session, address);
    // Stopped by a person: that says nothing of the picture.
    if (session.signal.aborted) break;
    known[address] = { ...likeItsTwin(picture, known), extraction };
    session.store.runs.setMeta(META, known);
    session.emit({ type: 'step-progress', step, done: at + 1 });
  }
  session.emit({ type: 'step-ended', step, done: missing.length });
}

/** One picture at two addresses is one attachment, so it has one token. */
function likeItsTwin(picture: Picture, known: Record<string, Known>): Picture {
  if ('problem' in picture) return picture;
  const tokens = Object.values(known).flatMap((one) =>
    !('problem' in one) && one.sha256 === picture.sha256 ? [one.token] : [],
  );
  return { ...picture, token: tokens[0] ?? picture.token };
}

function stands(
  session: Session,
  known: Known | undefined,
  extraction: number,
  final: boolean,
): boolean {
  if (!known) return false;
  if ('problem' in known) return final || known.extraction === extraction;
  return existsSync(picturePath(session.project, known.file.replace(pictureFile(''), '')));
}

const templatesLoaded = ({ project, store }: Session): boolean =>
  Object.keys(project.config.environments).some((env) =>
    store.ledger.counts(env).some(({ step }) => step === 'templates'),
  );

function addresses(session: Session): string[] {
  const read = reader(inspectionOf(session));
  const templates = session.connector.declaration.objects.filter(
    ({ shape }) => shape === 'template',
  );
  const found = new Set<string>();
  for (const { name } of templates)
    for (const record of session.store.staging.records(name))
      for (const address of imagesIn(read(record, 'body')))
        if (/^https?:/i.test(address) && URL.canParse(address)) found.add(address);
  return [...found];
}

async function fetchPicture(session: Session, address: string): Promise<Picture> {
  const name = createHash('sha256').update(address).digest('hex').slice(0, 32);
  const path = picturePath(session.project, name);
  mkdirSync(dirname(path), { recursive: true });
  const publicOnly = session.project.config.options?.privatePictures !== true;
  const signal = AbortSignal.any([session.signal, AbortSignal.timeout(TIME_MS)]);
  const got = await follow(address, path, signal, { maxBytes: MAX_BYTES, publicOnly });
  rmSync(`${path}.part`, { force: true });
  if (typeof got === 'string') return { problem: got };
  const mime = pictureType(readFileSync(path));
  if (mime === undefined) {
    rmSync(path);
    return { problem: 'what came is no picture (PNG, JPEG, GIF or WebP)' };
  }
  const bytes = statSync(path).size;
  return { file: pictureFile(name), bytes, sha256: got.sha256, mime, token: randomUUID() };
}

/** A text says why not. */
async function follow(
  address: string,
  path: string,
  signal: AbortSignal,
  limits: DownloadLimits,
): Promise<{ readonly sha256: string } | string> {
  let url = address;
  try {
    for (let hop = 0; hop <= HOPS; hop++) {
      const got = await download(url, path, signal, limits);
      if (got.status === 200) return got;
      if (got.location === undefined) return `its server answers HTTP ${got.status}`;
      if (!/^https?:/i.test(got.location)) return 'it leads to an address that is no web address';
      url = got.location;
    }
    return 'it leads from one address to the next';
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return error.aborted ? `it took longer than ${TIME_MS / 1000} s` : error.message;
  }
}
