/** What can be moved from where to where: generated from the connectors' own declarations. */
import { COLUMN_TARGETS, TARGETS, type Target } from '../mapping/targets.ts';
import { CONNECTORS } from './connectors.ts';

export interface CatalogueRow extends Target {
  readonly object: string;
  readonly label: string;
}

export interface Catalogue {
  readonly destination: 'Odoo CRM, 14 to 19, Community and Enterprise';
  readonly sources: readonly {
    readonly id: string;
    readonly name: string;
    readonly rows: readonly CatalogueRow[];
    readonly traps: readonly string[];
  }[];
}

export const catalogue = (): Catalogue => ({
  destination: 'Odoo CRM, 14 to 19, Community and Enterprise',
  sources: Object.values(CONNECTORS).map(({ declaration }) => ({
    id: declaration.id,
    name: declaration.name,
    rows: [
      ...declaration.objects.map((object) => ({
        object: object.name,
        label: object.plural,
        ...TARGETS[object.shape],
      })),
      ...COLUMN_TARGETS.map(([label, target]) => ({ object: '', label, ...target })),
    ],
    traps: declaration.traps,
  })),
});
