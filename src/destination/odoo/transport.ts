/** One call of a model's method, however it travels. Nothing here repeats a call: see odoo.ts. */
import type { Pace } from '../../lib/pace.ts';

export interface OdooCall {
  readonly model: string;
  readonly method: string;
  /** Records the method is called on; none for methods of the model itself. */
  readonly ids?: readonly number[];
  /** Named arguments as Odoo's Python signature names them. */
  readonly args?: Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
}

export type Call = (call: OdooCall, signal?: AbortSignal) => Promise<unknown>;

export interface Transport {
  readonly kind: 'json2' | 'jsonrpc';
  readonly version: string;
  /** Throws WaybillError only; see odoo-errors.ts for the classes. */
  call(call: OdooCall, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

export interface OdooAddress {
  readonly url: string;
  readonly db: string;
  readonly login: string;
  readonly apiKey: string;
}

export const pacedTransport = (inner: Transport, pace: Pace): Transport => ({
  ...inner,
  call: (call, signal) => pace(() => inner.call(call, signal), signal),
});
