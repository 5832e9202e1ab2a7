/** A REST API as a person declares it in YAML. No code in it is ever evaluated, and no secret stands in it. */
import { z } from 'zod';
import { WaybillError } from '../core/errors.ts';
import { readYaml } from '../lib/yaml-lines.ts';

const path = z
  .string()
  .regex(/^\$|\{.+\}/, 'must begin with $ (a path into the answer) or hold a {value}');
const fieldSchema = z.union([
  path,
  z.array(path).min(1),
  z.strictObject({
    from: z.union([path, z.array(path).min(1)]),
    map: z.record(z.string(), z.string()).optional(),
    default: z.string().optional(),
    type: z.enum(['date', 'datetime']).optional(),
  }),
]);
const secret = z
  .string()
  .regex(/^env:[A-Z][A-Z0-9_]*$/, 'must be env:<NAME>: a secret never stands in this file');
const authSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('bearer'), token: secret }),
  z.strictObject({ type: z.literal('basic'), user: secret, password: secret }),
  z.strictObject({
    type: z.literal('api_key'),
    in: z.enum(['header', 'query']),
    name: z.string().min(1),
    key: secret,
  }),
  z.strictObject({
    type: z.literal('oauth2_client'),
    token_url: z.url(),
    client_id: secret,
    client_secret: secret,
    scope: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('oauth2_refresh'),
    token_url: z.url(),
    client_id: secret,
    client_secret: secret.optional(),
    refresh_token: secret,
    scope: z.string().optional(),
  }),
]);
const start = { param: z.string().optional() };
const pagingSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({
    type: z.literal('cursor'),
    param: z.string(),
    next: path,
    more: path.optional(),
  }),
  z.strictObject({ type: z.literal('next_url'), next: z.union([path, z.literal('link')]) }),
  z.strictObject({ type: z.literal('page'), ...start, first: z.int().min(0).default(1) }),
  z.strictObject({ type: z.literal('offset'), ...start }),
  z.strictObject({ type: z.literal('odata') }),
]);
const shared = {
  headers: z.record(z.string(), z.string()).optional(),
  page_size: z.strictObject({ param: z.string(), value: z.int().min(1).max(1_000) }).optional(),
  paging: pagingSchema.optional(),
  records: z.array(path).min(1).optional(),
  incremental: z
    .strictObject({
      param: z.string(),
      field: z.string(),
      overlap_seconds: z.int().min(0).default(300),
    })
    .optional(),
};
const streamSchema = z.strictObject({
  object: z.string().min(1),
  path: z.string().startsWith('/'),
  for_each: z.string().optional(),
  query: z.record(z.string(), z.string()).optional(),
  fields: z.record(z.string(), fieldSchema),
  rest: z.literal('custom_values').optional(),
  optional: z.boolean().default(false),
  download: z.strictObject({ path: z.string().startsWith('/'), to: z.string() }).optional(),
  ...shared,
});
const connectorSchema = z.strictObject({
  connector: z.string().min(1),
  version: z.literal(1),
  status: z.string().optional(),
  base_url: z.url(),
  allowed_hosts: z.array(z.string()).min(1),
  auth: authSchema,
  defaults: z
    .strictObject({
      ...shared,
      throttle: z
        .strictObject({
          per_minute: z.number().positive().max(6_000).default(30),
          max_retries: z.int().min(0).max(20).default(8),
          max_wait_seconds: z.number().positive().max(3_600).default(900),
        })
        .prefault({}),
    })
    .prefault({}),
  streams: z.array(streamSchema).min(1),
});
export type ConnectorFile = z.infer<typeof connectorSchema>;
export type Stream = ConnectorFile['streams'][number];
export type Field = z.infer<typeof fieldSchema>;
export type Paging = z.infer<typeof pagingSchema>;

/** Throws WB_CONNECTOR_INVALID with the line. `name` is what the file is called in messages, `objects` what it may read. */
export function parseConnector(
  text: string,
  name: string,
  objects: readonly string[],
): ConnectorFile {
  const { document, fault, lineOf } = readYaml(text);
  if (fault) throw invalid(name, fault.line, fault.message);
  const result = connectorSchema.safeParse(document.toJS());
  if (!result.success) {
    const issue = result.error.issues[0];
    const at = issue?.path ?? [];
    throw invalid(name, lineOf(at), `${at.join('.')} ${issue?.message ?? ''}`);
  }
  checkMeaning(result.data, name, objects, lineOf);
  return result.data;
}

function checkMeaning(
  file: ConnectorFile,
  name: string,
  objects: readonly string[],
  line: (at: readonly PropertyKey[]) => number,
): void {
  const { hostname, protocol } = new URL(file.base_url);
  if (hostname.endsWith('.invalid'))
    throw invalid(
      name,
      line(['base_url']),
      "base_url is the template's: write the address of your own account",
    );
  if (protocol !== 'https:' && !isLoopback(hostname))
    throw invalid(name, line(['base_url']), 'base_url must begin with https://');
  if (!file.allowed_hosts.includes(hostname))
    throw invalid(name, line(['allowed_hosts']), `allowed_hosts does not name ${hostname}`);
  if ('token_url' in file.auth) {
    const token = new URL(file.auth.token_url);
    if (token.protocol !== 'https:' && !isLoopback(token.hostname))
      throw invalid(name, line(['auth', 'token_url']), 'token_url must begin with https://');
    if (!file.allowed_hosts.includes(token.hostname))
      throw invalid(name, line(['allowed_hosts']), `allowed_hosts does not name ${token.hostname}`);
  }
  const known = new Set<string>();
  for (const [index, stream] of file.streams.entries()) {
    if (stream.for_each !== undefined && !known.has(stream.for_each))
      throw invalid(
        name,
        line(['streams', index, 'for_each']),
        `for_each names "${stream.for_each}", which no stream before it reads`,
      );
    if (!objects.includes(stream.object.replaceAll('_', '')))
      throw invalid(
        name,
        line(['streams', index, 'object']),
        `"${stream.object}" is no object of the source; choose one of ${objects.join(', ')}`,
      );
    known.add(stream.object);
  }
}

export const isLoopback = (host: string): boolean =>
  ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host);

const invalid = (name: string, line: number, message: string): WaybillError =>
  new WaybillError('WB_CONNECTOR_INVALID', `${name}, line ${line}: ${message}`, {
    place: `${name}:${line}`,
    next: `Mend line ${line}, then: waybill connector check ${name}`,
  });
