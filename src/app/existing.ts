/** How many of the export's contacts Odoo has already: by the mapping as it stands, else by what would be proposed. */
import { existsSync } from 'node:fs';
import { countMatches, type MatchCount } from '../engine/count-matches.ts';
import { groupDuplicates } from '../mapping/duplicates.ts';
import { createMapper } from '../mapping/mapper.ts';
import type { Catalog, MappingDocument } from '../mapping/mapping.ts';
import { propose } from '../mapping/propose.ts';
import { readMapping } from './mapping.ts';
import { catalogOf, inspectionOf, type Connection, type Session } from './session.ts';

export async function existingContacts(
  session: Session,
  connection: Connection,
): Promise<MatchCount | null> {
  const { declaration } = session.connector;
  const object = declaration.objects.find((one) => one.shape === 'partner')?.name ?? '';
  if (session.store.staging.count(object) === 0) return null;
  const catalog = await catalogOf(connection, session.signal);
  const document = mappingOf(session, catalog);
  const mapper = createMapper(document, declaration, inspectionOf(session), catalog);
  const records = session.store.staging.records(object);
  const identities = [...records].map((record) => mapper.identify(record));
  const { destination } = connection;
  const { signal } = session;
  return countMatches(
    { destination, signal, choices: document.choices, groupDuplicates },
    identities,
  );
}

function mappingOf(session: Session, catalog: Catalog): MappingDocument {
  if (existsSync(session.project.mappingPath)) return readMapping(session).document;
  return propose(session.connector.declaration, inspectionOf(session), catalog);
}
