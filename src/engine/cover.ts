/** The greedy cover: bundles of records that together show everything once, in as few records as it finds. */
import type { SourcePlace } from '../store/sample.ts';
import type { Bundle } from './bundle.ts';

interface Offer {
  readonly bundle: Bundle;
  /** What it would show that nothing chosen shows yet. */
  readonly open: Set<string>;
  /** The records that it would bring: what is chosen already costs nothing. */
  readonly fresh: Set<string>;
}

/** Again and again the bundle that shows most of what is open for each record that it brings. */
export function cover(
  bundles: Iterable<Bundle>,
  labels: (place: SourcePlace) => readonly string[],
): Bundle[] {
  const offers = [...bundles].map((bundle) => ({
    bundle,
    open: new Set([...bundle.places.values()].flatMap((place) => labels(place))),
    fresh: new Set(bundle.places.keys()),
  }));
  const showing = indexed(offers, ({ open }) => open);
  const bringing = indexed(offers, ({ fresh }) => fresh);
  const chosen: Bundle[] = [];
  for (let best = bestOf(offers); best; best = bestOf(offers)) {
    chosen.push(best.bundle);
    for (const label of best.open)
      for (const offer of showing.get(label) ?? []) offer.open.delete(label);
    for (const place of best.fresh)
      for (const offer of bringing.get(place) ?? []) offer.fresh.delete(place);
  }
  return chosen;
}

function indexed(
  offers: readonly Offer[],
  of: (offer: Offer) => Iterable<string>,
): Map<string, Offer[]> {
  const index = new Map<string, Offer[]>();
  for (const offer of offers)
    for (const one of of(offer)) {
      const known = index.get(one);
      if (known) known.push(offer);
      else index.set(one, [offer]);
    }
  return index;
}

function bestOf(offers: readonly Offer[]): Offer | undefined {
  let best: { offer: Offer; gain: number } | undefined;
  for (const offer of offers) {
    if (offer.open.size === 0) continue;
    const gain = offer.open.size / offer.fresh.size;
    if (gain > (best?.gain ?? 0)) best = { offer, gain };
  }
  return best?.offer;
}
