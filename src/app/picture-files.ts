/** Where the pictures of templates lie that were fetched: in the project's own folder. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { WaybillError } from '../core/errors.ts';
import type { Project } from './project.ts';

const PREFIX = 'picture:';

export const pictureFile = (name: string): string => `${PREFIX}${name}`;
export const picturePath = ({ storeFolder }: Project, name: string): string =>
  join(storeFolder, 'pictures', name);

/** Undefined for a file of the source. */
export function openPicture(project: Project, file: string): Promise<Readable> | undefined {
  if (!file.startsWith(PREFIX)) return undefined;
  const path = picturePath(project, file.slice(PREFIX.length));
  return new Promise((opened, failed) => {
    const stream = createReadStream(path);
    stream.once('open', () => opened(stream));
    stream.once('error', () => failed(gone(path)));
  });
}

const gone = (path: string): WaybillError =>
  new WaybillError('WB_FILE_MISSING', `The picture ${path} is gone.`, {
    place: path,
    next: 'Run again: it is fetched anew.',
  });
