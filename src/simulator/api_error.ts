/** An answer in the API's own error shape: `{"error": {message, type, param, code}}`. */
export interface ApiError {
  readonly status: number
  readonly message: string
  readonly type: string
  readonly param: string | null
  readonly code: string | null
}

export function isApiError(value: object): value is ApiError {
  return 'status' in value
}

export function errorBody({ message, type, param, code }: ApiError): string {
  return `${JSON.stringify({ error: { message, type, param, code } }, null, 2)}\n`
}

export function invalid(message: string, param: string | null, code: string | null): ApiError {
  return { status: 400, message, type: 'invalid_request_error', param, code }
}

const refused = (status: number, message: string, code: string | null): ApiError => ({
  status,
  message,
  type: 'invalid_request_error',
  param: null,
  code,
})

export const MISSING_KEY = refused(
  401,
  "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
  null,
)
/** Does not repeat the key (invariant 6). */
export const WRONG_KEY = refused(401, 'Incorrect API key provided.', 'invalid_api_key')
export const MISSING_SCOPE = refused(
  403,
  'You have insufficient permissions for this operation. Missing scopes: api.audit_logs.read. Check that you have the correct role in your organization (Owner).',
  'missing_scope',
)
export const notFound = (method: string, path: string) => refused(404, `Invalid URL (${method} ${path})`, 'unknown_url')
export const notAllowed = (method: string, path: string) => refused(405, `Not allowed to ${method} on ${path}.`, 'method_not_supported')

export const noRecord = (id: string) => refused(404, `No log found with id '${id}'.`, 'not_found')

export const NO_TENANT = invalid('This organization is not associated with a tenant.', 'tenant_only', 'invalid_value')
export const RATE_LIMITED: ApiError = {
  status: 429,
  message: 'Rate limit reached for requests. Please try again later.',
  type: 'requests',
  param: null,
  code: 'rate_limit_exceeded',
}
export const serverError = (status: number): ApiError => ({
  status,
  message: 'The server had an error while processing your request. Sorry about that!',
  type: 'server_error',
  param: null,
  code: null,
})
