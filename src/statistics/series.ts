/** What is counted for the start page of the administration, and from which metric. The series are few and fixed. */
import type { Tallied } from '../platform/metrics/tally.ts'

/** Each begins at a step, and ends now. */
export const PERIODS = ['hour', 'day', 'month'] as const
export type Period = (typeof PERIODS)[number]

/** Each group is one chart. A series is the group and a name, such as `token.refresh_token`. */
export const STATISTICS = {
  registration: ['registration', 'operator', 'import'],
  sign_in: ['succeeded', 'second_factor_needed', 'failed', 'second_factor_failed', 'second_factor_blocked'],
  method: ['password', 'passkey', 'mail', 'upstream'],
  token: [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'device_code',
    'ciba',
    'token_exchange',
    'other',
  ],
  failure: ['token', 'limit', 'server'],
} as const satisfies Record<string, readonly string[]>

export type StatisticsGroup = keyof typeof STATISTICS

export const TALLIED: Tallied = {
  account_server_registrations_total: ({ how }) => [`registration.${how}`],
  account_server_sign_ins_total: ({ result, method }) =>
    result === 'succeeded' ? ['sign_in.succeeded', `method.${method}`] : [`sign_in.${result}`],
  account_server_token_requests_total({ grant, result }) {
    if (result === 'issued') return [`token.${grant}`]
    // One that failed is a failure of the server, and counted as such.
    return result === 'refused' ? ['failure.token'] : []
  },
  account_server_limits_hit_total: () => ['failure.limit'],
  account_server_http_failures_total: () => ['failure.server'],
}
