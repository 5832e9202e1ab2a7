/** A connector file as a person wrote it, checked against what the sources can hold. */
import { existsSync, readFileSync } from 'node:fs';
import { WaybillError } from '../core/errors.ts';
import { parseConnector, type ConnectorFile } from '../source/declared-api.ts';
import { CONNECTORS } from './connectors.ts';

/** Throws WB_CONNECTOR_INVALID with the line. */
export function readConnector(path: string): ConnectorFile {
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
