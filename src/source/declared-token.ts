/** Access tokens by OAuth 2: asked for when a call needs one, anew when one runs out or is refused, at the token address alone. */
import { z } from 'zod';
import type { HttpReader } from '../lib/http-read.ts';
import { registerSecret } from '../lib/redact.ts';
import type { ConnectorFile } from './declared-api.ts';
import { refusedLogin, secretOf, type Secrets } from './declared-secrets.ts';

type OAuth = Extract<ConnectorFile['auth'], { type: 'oauth2_client' | 'oauth2_refresh' }>;

export const isOAuth = (auth: ConnectorFile['auth']): auth is OAuth =>
  auth.type === 'oauth2_client' || auth.type === 'oauth2_refresh';

export interface Tokens {
  /** The token at hand, else a new one. `refused`: the one that the API would not take any more. */
  current(refused?: string): Promise<string>;
}

const answerSchema = z.looseObject({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
  refresh_token: z.string().optional(),
});

/** One that is about to run out would do so on its way. */
const SPARE_MS = 30_000;

/** `post` sends a form and follows no redirect: the secret goes to the address that the file names, or nowhere. */
export function oauthTokens(
  auth: OAuth,
  secrets: Secrets,
  post: (
    url: URL,
    form: string,
    headers: Readonly<Record<string, string>>,
  ) => ReturnType<HttpReader['post']>,
): Tokens {
  let token = '';
  let until = 0;
  /** Some APIs give a new one each time, and the former is used up. */
  let refresh = '';
  const url = new URL(auth.token_url);
  const fetchToken = async (): Promise<string> => {
    refresh ||= auth.type === 'oauth2_refresh' ? secretOf(auth.refresh_token, secrets) : '';
    const { form, headers } = requestOf(auth, secrets, refresh);
    const answer = await post(url, form, headers);
    const text = await answer.text();
    const parsed = answer.status === 200 ? answerSchema.safeParse(jsonOf(text)) : undefined;
    if (!parsed?.success) throw refusedLogin(url, `gives no token (${answer.status})`);
    const { access_token, expires_in, refresh_token } = parsed.data;
    for (const secret of [access_token, refresh_token ?? '']) registerSecret(secret);
    refresh = refresh_token ?? refresh;
    token = access_token;
    until = expires_in === undefined ? Number.POSITIVE_INFINITY : Date.now() + expires_in * 1_000;
    return token;
  };
  return {
    current: async (refused) =>
      token !== '' && token !== refused && Date.now() < until - SPARE_MS ? token : fetchToken(),
  };
}

function requestOf(
  auth: OAuth,
  secrets: Secrets,
  refresh: string,
): { form: string; headers: Record<string, string> } {
  const id = secretOf(auth.client_id, secrets);
  const secret = auth.client_secret === undefined ? '' : secretOf(auth.client_secret, secrets);
  const form = new URLSearchParams(
    auth.type === 'oauth2_client'
      ? { grant_type: 'client_credentials' }
      : { grant_type: 'refresh_token', refresh_token: refresh },
  );
  if (auth.scope !== undefined) form.set('scope', auth.scope);
  if (secret === '') form.set('client_id', id);
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return {
    form: form.toString(),
    headers: {
      accept: 'application/json',
      ...(secret !== '' && { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }),
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
