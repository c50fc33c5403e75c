import type { Problem } from './types';

/** An answer of the server that is not a success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly problem: Problem,
    /** Seconds the server asks to wait, if it does. */
    readonly retryAfter?: number,
  ) {
    super(problem.detail ?? problem.title);
  }

  get code(): string {
    return this.problem.code;
  }
}

/** No answer at all: whether the server did what was asked is unknown. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

export function hasCode(error: unknown, ...codes: string[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

/** Whether asking again later can help. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof NetworkError ||
    (error instanceof ApiError && (error.status === 429 || error.status >= 500))
  );
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string';
}

/** The error of a failed response; its body may be anything, e.g. a proxy's page. */
export function toApiError(response: Response, body: unknown): ApiError {
  const wait = Number(response.headers.get('retry-after'));
  const problem: Problem = isProblem(body)
    ? body
    : { type: 'about:blank', title: response.statusText || 'Error', status: response.status, code: 'unknown' };
  return Number.isFinite(wait) && wait > 0
    ? new ApiError(response.status, problem, wait)
    : new ApiError(response.status, problem);
}
