/** Some records from all over the export, laid out field by field for a person's own eyes. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from '../engine/context.ts';
import { diff } from '../engine/diff.ts';
import { isoNow } from '../lib/clock.ts';
import { createMapper } from '../mapping/mapper.ts';
import type { Catalog, Mapper, MappingDocument } from '../mapping/mapping.ts';
import { spotCheckHtml } from '../report/sample.ts';
import { picturesOf } from './pictures.ts';
import { inspectionOf, type Session } from './session.ts';

/** Between 25 and 50 can be looked at in an hour. */
export const SPOTS = 40;

export async function writeSpotCheck(
  session: Session,
  ctx: Context,
  document: MappingDocument,
  catalog: Catalog,
  spots: number,
): Promise<string> {
  const { store, connector, project } = session;
  const keys = store.sample
    .spread(spots)
    .flatMap((place) => store.sample.ofSource(place).map((row) => row.key));
  const input = {
    inspection: inspectionOf(session),
    declaration: connector.declaration,
    document,
    mapper: taughtMapper(session, document, catalog),
  };
  const records = (await diff(ctx, input, keys)).filter((record) => record.resId > 0);
  const html = spotCheckHtml({
    title: `Spot check: ${project.name}`,
    environment: ctx.env,
    at: isoNow(),
    records,
  });
  mkdirSync(project.reportsFolder, { recursive: true });
  const path = resolve(join(project.reportsFolder, `spot-check-${ctx.env}.html`));
  writeFileSync(`${path}.new`, html);
  renameSync(`${path}.new`, path);
  return path;
}

/** A mapper of its own: a diff maps records with cells left out, and those must teach the plan's mapper nothing. */
export function taughtMapper(
  session: Session,
  document: MappingDocument,
  catalog: Catalog,
): Mapper {
  const { declaration } = session.connector;
  const pictures = picturesOf(session, document);
  const mapper = createMapper(document, declaration, inspectionOf(session), catalog, pictures);
  for (const object of declaration.objects.filter((one) => one.shape === 'user'))
    for (const record of session.store.staging.records(object.name)) mapper.learn(record);
  return mapper;
}
