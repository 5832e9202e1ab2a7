/** A source's REST API by a connector file: tried, and read into a folder that is an export from then on. */
import { existsSync, readFileSync } from 'node:fs';
import { WaybillError } from '../core/errors.ts';
import { checkConnector, type StreamCheck } from '../source/declared-check.ts';
import { parseConnector } from '../source/declared-api.ts';
import { fetchAll, type Fetched } from '../source/declared-fetch.ts';
import { apiReader } from '../source/declared-http.ts';
import { CONNECTORS } from './connectors.ts';
import type { Faces } from './session.ts';

function readConnector(path: string) {
  const objects = Object.values(CONNECTORS)
    .filter((connector) => connector.declarable)
    .flatMap(({ declaration }) => declaration.objects)
    .flatMap(({ name, plural, fileNames = [] }) => [name, plural, ...fileNames])
    .map((name) => name.replace(/[ _]/g, ''));
  if (existsSync(path)) return parseConnector(readFileSync(path, 'utf8'), path, objects);
  throw new WaybillError('WB_CONNECTOR_INVALID', `There is no connector file ${path}.`, {
    next: 'Copy the example in docs/connectors and fill it in.',
  });
}

export async function connectorCheck(path: string, faces: Faces): Promise<StreamCheck[]> {
  const file = readConnector(path);
  const reader = apiReader(file, faces.secrets, faces.signal);
  try {
    return await checkConnector(file, reader);
  } finally {
    await reader.close();
  }
}

export async function connectorFetch(
  path: string,
  folder: string,
  faces: Faces,
): Promise<Fetched[]> {
  const file = readConnector(path);
  const reader = apiReader(file, faces.secrets, faces.signal);
  const step = `read ${file.connector}`;
  faces.emit({ type: 'step-started', step, total: null });
  let done = 0;
  try {
    const fetched = await fetchAll(file, folder, reader, (_object, records) => {
      done = Math.max(done, records);
      faces.emit({ type: 'step-progress', step, done });
    });
    const total = fetched.reduce((sum, one) => sum + one.records, 0);
    faces.emit({ type: 'step-ended', step, done: total });
    return fetched;
  } finally {
    await reader.close();
  }
}
