import type { Slot, SlotType } from './source.ts';

/** A slot answers to its own name and label, and to the synonyms. */
export const slot = (name: string, label: string, type: SlotType, ...synonyms: string[]): Slot => ({
  name,
  label,
  type,
  synonyms: [label, name, ...synonyms],
});
