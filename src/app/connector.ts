/** A source's REST API by a connector file: tried, and read into a folder that is an export from then on. */
import { checkConnector, type StreamCheck } from '../source/declared-check.ts';
import type { Fetched } from '../source/declared-fetch.ts';
import { apiReader } from '../source/declared-http.ts';
import { readDeclared } from '../source/declared-source.ts';
import { readConnector } from './connector-file.ts';
import type { Faces } from './session.ts';

export async function connectorCheck(path: string, faces: Faces): Promise<StreamCheck[]> {
  const file = readConnector(path);
  const reader = apiReader(file, faces.secrets, faces.signal);
  try {
    return await checkConnector(file, reader);
  } finally {
    await reader.close();
  }
}

export const connectorFetch = (path: string, folder: string, faces: Faces): Promise<Fetched[]> =>
  readDeclared(readConnector(path), folder, faces.secrets, faces.signal, faces.emit);
