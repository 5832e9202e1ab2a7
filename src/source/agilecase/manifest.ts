/** manifest.json of a bundle: every key optional, and nothing in it is needed. What it says is checked, not believed. */
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import type { BundleFile } from '../bundle.ts';
import type { SourceFile } from '../source.ts';

const manifestSchema = z.looseObject({
  account: z.string().optional(),
  exported_at: z.string().optional(),
  exported_by: z
    .looseObject({ email: z.string().optional(), is_admin: z.boolean().optional() })
    .optional(),
  timezone: z.string().optional(),
  includes_inactive: z.boolean().optional(),
  resources: z
    .array(z.looseObject({ name: z.string(), path: z.string(), rows: z.number().optional() }))
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

export function manifestNotices(
  manifest: Manifest | null,
  files: readonly SourceFile[],
  documents: number,
): string[] {
  if (!manifest) return [];
  const gaps = (manifest.known_gaps ?? []).map((gap) => `The export itself says: ${gap}`);
  const rows = (manifest.resources ?? []).flatMap(({ path, rows: said }) => {
    const found = files.find((file) => file.path === path || file.path.endsWith(`/${path}`));
    if (!found) return [`The manifest names ${path}, which is not in the export.`];
    return said === undefined || said === found.rows
      ? []
      : [`The manifest says ${said} rows for ${path}; it has ${found.rows}.`];
  });
  return [
    ...gaps,
    ...rows,
    ...(manifest.exported_by?.is_admin === false
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
