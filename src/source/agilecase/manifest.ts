/** manifest.json of a bundle: every key optional, and nothing in it is needed. What it says is checked, not believed. */
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import type { BundleFile } from '../bundle.ts';
import { isZone } from '../../lib/dates-zone.ts';
import type { SourceFile } from '../source.ts';

const manifestSchema = z.looseObject({
  account: z.string().optional(),
  exported_at: z.string().optional(),
  exported_by: z.looseObject({ is_admin: z.boolean().optional(), groups: z.unknown() }).optional(),
  timezone: z.string().optional(),
  includes_inactive: z.boolean().optional(),
  resources: z
    .array(
      z.looseObject({
        name: z.string(),
        path: z.string(),
        rows: z.number().optional(),
        sha256: z.string().optional(),
      }),
    )
    .optional(),
  documents: z
    .looseObject({ root: z.string().optional(), files: z.number().optional() })
    .optional(),
  known_gaps: z.array(z.string()).optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

const MAX_BYTES = 10 * 1024 ** 2;

export const isManifest = (path: string): boolean => /(^|\/)manifest\.json$/i.test(path);

/** Null where there is none, or where it cannot be read: then the notice says why. */
export async function readManifest(
  files: readonly BundleFile[],
): Promise<{ readonly manifest: Manifest | null; readonly notice: string }> {
  const file = files.find((one) => isManifest(one.path));
  if (!file) return { manifest: null, notice: '' };
  if (file.bytes > MAX_BYTES)
    return { manifest: null, notice: `${file.path} is too large to be a manifest.` };
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(await readText(await file.open())));
    return parsed.success
      ? { manifest: parsed.data, notice: '' }
      : {
          manifest: null,
          notice: `${file.path} is not understood: ${parsed.error.issues[0]?.message ?? ''}.`,
        };
  } catch (error) {
    return {
      manifest: null,
      notice: `${file.path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    };
  }
}

const zoneNotice = (timezone: string, usual: string): string =>
  isZone(timezone)
    ? `The manifest says that times without a zone are those of ${timezone}, and not of ${usual}: choices.timeZone of a new mapping.yaml is proposed so. Hold one time against what AgileCase shows before you approve.`
    : `The manifest says that times without a zone are those of "${timezone}", which is no zone that Waybill knows: they are read as those of ${usual}. Set choices.timeZone in mapping.yaml if that is wrong.`;

export function manifestNotices(
  manifest: Manifest | null,
  files: readonly SourceFile[],
  documents: number,
  timeZone: string,
): string[] {
  if (!manifest) return [];
  const gaps = (manifest.known_gaps ?? []).map((gap) => `The export itself says: ${gap}`);
  const rows = (manifest.resources ?? []).flatMap(({ path, rows: said, sha256 }) => {
    const found = files.find((file) => file.path === path || file.path.endsWith(`/${path}`));
    if (!found) return [`The manifest names ${path}, which is not in the export.`];
    return [
      ...(said === undefined || said === found.rows
        ? []
        : [`The manifest says ${said} rows for ${path}; it has ${found.rows}.`]),
      ...(sha256 === undefined || sha256.toLowerCase() === found.sha256
        ? []
        : [`${path} is not the file that the manifest was made for: its checksum is another one.`]),
    ];
  });
  const { timezone, exported_by: exporter } = manifest;
  return [
    ...gaps,
    ...rows,
    ...(timezone === undefined || timezone === timeZone ? [] : [zoneNotice(timezone, timeZone)]),
    ...(exporter?.groups === undefined || exporter.groups === 'all'
      ? []
      : [
          'The export was made by somebody who is not in all groups: the cases of the others are missing.',
        ]),
    ...(exporter?.is_admin === false
      ? [
          'The export was made by somebody who is no administrator: cases that he may not see are missing.',
        ]
      : []),
    ...(manifest.includes_inactive === false
      ? ['The export leaves inactive records (the recovery bin) out.']
      : []),
    ...(manifest.documents?.files !== undefined && manifest.documents.files !== documents
      ? [
          `The manifest says ${manifest.documents.files} documents; the export has ${documents} files.`,
        ]
      : []),
  ];
}
