/** Whom children can belong to, by record id: made once all of them are mapped, in memory that mapping threads share. */
import type { ContactHit, ContactIndex } from '../core/contact.ts';
import { keyReader, keyTable, type KeyTable } from '../lib/key-table.ts';
import type { Mapper } from '../mapping/mapping.ts';
import type { SourceDeclaration, SourceObject } from '../source/source.ts';
import type { Store } from '../store/store.ts';

/** By the name of the object: the contacts, and every other that children belong to. */
export type ParentTables = ReadonlyMap<string, KeyTable>;

interface Input {
  readonly store: Store;
  readonly mapper: Mapper;
  readonly declaration: SourceDeclaration;
}

/** Tables of those an object's records can belong to or name; each is made when it is first asked for. */
export function parentTables({ store, mapper, declaration }: Input) {
  const made = new Map<string, KeyTable>();
  const tableOf = (parent: SourceObject): KeyTable => {
    const table = made.get(parent.name) ?? tableFor(parent);
    made.set(parent.name, table);
    return table;
  };
  const tableFor = ({ name, shape }: SourceObject): KeyTable =>
    shape === 'partner'
      ? store.staging.contactTable()
      : keyTable(store.staging.count(name), recordRows(store, mapper, name));
  return (child: SourceObject): ParentTables =>
    new Map(
      declaration.objects
        .filter(
          ({ name, shape }) =>
            shape === 'partner' || name === child.parent || name === child.otherParent,
        )
        .map((parent) => [parent.name, tableOf(parent)]),
    );
}

/** Leads are found by their record id alone. One that waits in the review queue has no planned record. */
function* recordRows(store: Store, mapper: Mapper, object: string): IterableIterator<string[]> {
  for (const { key, position, settled } of store.staging.settled(object))
    yield [key, position, '', settled ? '' : mapper.keyOf({ object, key }), '', ''];
}

/** Answers from the table of one object; contacts are found by address too, which is asked of the store. */
export function indexOf(
  table: KeyTable | undefined,
  byEmail: ContactIndex['byEmail'] = () => [],
): ContactIndex {
  const read = table ? keyReader(table) : () => [];
  return { byKey: (key) => read(key).map(hitOf), byEmail };
}

const hitOf = ([
  key = '',
  position,
  name = '',
  partner = '',
  email = '',
  otherEmail = '',
]: readonly string[]): ContactHit => ({
  position: Number(position),
  key,
  name,
  email,
  otherEmail,
  partner,
});
