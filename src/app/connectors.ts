/** The one list of sources. A third CRM costs one folder and one line here. */
import { ALLCLIENTS } from '../source/allclients/declaration.ts';
import { openAllClientsExport } from '../source/allclients/allclients.ts';
import { openAgileCaseExport } from '../source/agilecase/agilecase.ts';
import { AGILECASE } from '../source/agilecase/declaration.ts';
import { openAllClients, type ApiSettings } from '../source/allclients/api/open.ts';
import type { Source, SourceDecisions, SourceDeclaration } from '../source/source.ts';

export interface Connector {
  readonly declaration: SourceDeclaration;
  /** `path` is a folder, a file or a zip. Nothing is read before `inspect`. */
  open(path: string, decisions: SourceDecisions): Source;
  /** The CRM's own API instead of an export, or completing one; the key is asked for when it is needed. */
  openApi?(settings: ApiSettings, key: () => string, folder: string, beside?: Source): Source;
  /** Its API is nowhere documented: a person declares it in a connector file. */
  readonly declarable?: boolean;
}

export const CONNECTORS: Readonly<Record<string, Connector>> = {
  allclients: { declaration: ALLCLIENTS, open: openAllClientsExport, openApi: openAllClients },
  agilecase: { declaration: AGILECASE, open: openAgileCaseExport, declarable: true },
};
