/** Definitions of workflows: never executed, written down for whoever rebuilds them; they also tell the order of stages. */
import { text as readText } from 'node:stream/consumers';
import { z } from 'zod';
import type { BundleFile } from '../bundle.ts';

const labelled = z.array(
  z.looseObject({ label: z.string().optional(), title: z.string().optional() }),
);
const orderSchema = z.looseObject({ steps: labelled.optional(), stages: labelled.optional() });

/** Names of the steps in the order of the first workflow that has them. A file that is no such JSON tells nothing. */
export async function stageOrder(workflows: readonly BundleFile[]): Promise<string[]> {
  const names = new Set<string>();
  for (const file of workflows) {
    const parsed = orderSchema.safeParse(await json(file));
    if (!parsed.success) continue;
    for (const one of [...(parsed.data.stages ?? []), ...(parsed.data.steps ?? [])])
      names.add(one.label ?? one.title ?? '');
  }
  names.delete('');
  return [...names];
}

async function json(file: BundleFile): Promise<unknown> {
  try {
    return JSON.parse(await readText(await file.open())) as unknown;
  } catch {
    return null;
  }
}
