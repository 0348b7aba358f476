/** What the ledger refuses: each with a stable code, a status, and words for the person. */
export const REFUSALS = {
  invalid_request: { status: 400, when: 'The request is malformed, or a field is not valid.' },
  idempotency_key_missing: { status: 400, when: 'The header Idempotency-Key is missing.' },
  unauthorized: { status: 401, when: 'There is no access token.' },
  invalid_token: { status: 401, when: 'The access token is unknown, expired, revoked or not for this API.' },
  insufficient_scope: { status: 403, when: 'The access token lacks the scope of the operation.' },
  person_required: { status: 403, when: 'The access token is a client’s own: only people have accounts.' },
  not_found: { status: 404, when: 'There is nothing at this address.' },
  method_not_allowed: { status: 405, when: 'This address does not take the method.' },
  body_too_large: { status: 413, when: 'The body is too large.' },
  unsupported_media_type: { status: 415, when: 'The body is not application/json.' },
  recipient_unknown: { status: 422, when: 'Nobody is registered with this address or user name.' },
  self_transfer: { status: 422, when: 'Sender and recipient are the same account.' },
  insufficient_funds: { status: 422, when: 'The balance is lower than the amount.' },
  balance_overflow: { status: 422, when: 'The recipient’s balance would be too large.' },
  idempotency_key_reused: { status: 422, when: 'This Idempotency-Key came with another request before.' },
  server_error: { status: 500, when: 'The ledger failed. Nothing was booked.' },
  temporarily_unavailable: {
    status: 503,
    when: 'The account server or the database does not answer. Send the request again with the same key.',
  },
} as const

export type RefusalCode = keyof typeof REFUSALS

export class Refusal extends Error {
  readonly code: RefusalCode
  readonly status: number

  constructor(code: RefusalCode, message: string = REFUSALS[code].when, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = REFUSALS[code].status
  }
}
