import createClient from 'openapi-fetch';
import { session } from '../features/session/session';
import { NetworkError, toApiError } from './problem';
import { serializeQuery } from './query';
import type { paths } from './schema';

/** `fetch` with the access token if there is one; a token refused is renewed once and the request repeated. */
export async function authorizedFetch(request: Request): Promise<Response> {
  const token = await session.token();
  if (token === undefined) return reach(request);
  const again = request.clone();
  request.headers.set('authorization', `Bearer ${token}`);
  const response = await reach(request);
  if (response.status !== 401) return response;
  const renewed = await session.renew(token);
  if (renewed === undefined) return response;
  again.headers.set('authorization', `Bearer ${renewed}`);
  return reach(again);
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw new NetworkError('the server cannot be reached', { cause });
  }
}

export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  fetch: authorizedFetch,
  querySerializer: serializeQuery,
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The same with the version that a change has to name. */
export async function unwrapWithEtag<T>(answer: Promise<Answer<T>>): Promise<{ data: T; etag: string }> {
  const { response } = await answer;
  return { data: await unwrap(answer), etag: response.headers.get('etag') ?? '' };
}

/** The data of an answer; throws `ApiError` if it is not a success. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (!response.ok) throw toApiError(response, error);
  return data as T;
}
