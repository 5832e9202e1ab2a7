/** The program as it is published: the tests drive that, not its sources, of which Node reads a thousand files each time. */
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Laid out as npm lays it out. Kept between runs of the tests, with what Node made of it. */
export const BUILT = fileURLToPath(new URL('../../node_modules/.cache/waybill-built/', import.meta.url)); // prettier-ignore
export const BINARY = `${BUILT}bin/waybill.js`;
