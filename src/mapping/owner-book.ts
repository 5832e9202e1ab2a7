/** Everyone who owns or writes something, by whatever name the source calls him. */
import type { Ref } from '../core/record.ts';
import { foldText } from '../lib/names.ts';
import { shortHash } from './keys.ts';
import type { Owner } from './mapping.ts';

export type OwnerBook = ReturnType<typeof ownerBook>;

export const ownerKey = (label: string): string => `owner.${shortHash(foldText(label))}`;

export function ownerBook() {
  const known = new Map<string, Owner>();
  const used = new Map<string, Owner>();
  const find = (label: string): Owner | undefined => known.get(foldText(label));
  /** Two users of one name are told apart by their addresses. */
  const named = (label: string, email: string): Owner | undefined => {
    const user = find(label);
    const same = email === '' || !user?.email || user.email === email.toLowerCase();
    return same ? user : undefined;
  };
  const make = (label: string, email: string): Owner => {
    const user = (email === '' ? undefined : find(email)) ?? named(label, email);
    if (user) return user;
    const address = email || (label.includes('@') ? label : '');
    return {
      key: ownerKey(email || label),
      label: label || email,
      email: address.toLowerCase(),
      name: label.includes('@') ? '' : label,
      active: null,
      listed: false,
    };
  };
  const refs = new Map<string, Ref>();
  let told = 0;
  /** As first written: whoever else writes it otherwise means the same. */
  const meet = (owner: Owner): unknown => used.has(owner.key) || used.set(owner.key, owner);
  return {
    meet,
    /** Whom it met since it was last asked. */
    news(): Owner[] {
      const news = [...used.values()].slice(told);
      told = used.size;
      return news;
    },
    /** A user of the users file answers to its id, name, e-mail and login. */
    teach(owner: Owner, names: readonly string[]): void {
      for (const name of names)
        if (name !== '' && !known.has(foldText(name))) known.set(foldText(name), owner);
      used.set(owner.key, owner);
    },
    /** Whether the users file has somebody of this name or address. */
    knows: (label: string): boolean => find(label) !== undefined,
    refOf(label: string, email: string): Ref | null {
      if (label === '' && email === '') return null;
      const id = `${label}\u0000${email}`;
      const cached = refs.get(id);
      if (cached) return cached;
      const owner = make(label, email);
      meet(owner);
      const ref = { ref: owner.key };
      refs.set(id, ref);
      return ref;
    },
    sender(label: string): string {
      if (label === '') return '';
      const owner = make(label, '');
      const name = owner.name || owner.label;
      return owner.email === '' ? name : `"${name.replaceAll('"', '')}" <${owner.email}>`;
    },
    nameOf(ref: string): string | undefined {
      const owner = used.get(ref);
      return owner && [owner.label, owner.email].filter(Boolean).join(', ');
    },
    all: (): Owner[] => [...used.values()],
  };
}
