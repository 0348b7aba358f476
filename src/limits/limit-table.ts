/** The limits in effect: how much each allows, over which time, and what happens beyond it. */
import type { Config } from '../settings/config.ts'
import type { SettingName } from '../settings/settings.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import { LIMIT_KINDS, LIMIT_SUBJECTS, ruleOf } from './limit-kinds.ts'
import type { LimitEffect, LimitKind } from './limit-kinds.ts'

/**
 * Limits that nobody can look up or clear: they are counted in the memory of each process, or end after a minute.
 */
export const PASSING_LIMITS = [
  'forms_of_network',
  'flows_of_network',
  'flows_of_client',
  'api_requests_of_client',
  'documents_of_host',
] as const

export const COUNTED_OF = [...LIMIT_SUBJECTS, 'client', 'host'] as const

export type LimitInEffect = {
  kind: LimitKind | (typeof PASSING_LIMITS)[number]
  per: (typeof COUNTED_OF)[number]
  effect: LimitEffect
  limit: number
  /** From this count on, attempts need a challenge. */
  challengeFrom: number | null
  windowMs: number
  /** How long nothing passes after that; the rest of the window where there is none. */
  pauseMs: number | null
  settings: readonly SettingName[]
  /** Whether a count can be looked up and cleared. */
  clearable: boolean
}

/** Any network has the same limits, but for those that have none. */
const ANYBODY = { ip: '192.0.2.0', accountId: '', emailCanonical: '' }

export function limitsInEffect(config: Config): LimitInEffect[] {
  const limited = { ...config, limits: { ...config.limits, isUnlimited: () => false } }
  return [...LIMIT_KINDS.flatMap((kind) => counted(limited, kind)), ...passing(config)]
}

function counted(config: Config, kind: LimitKind): LimitInEffect[] {
  const { per, effect, settings, challengeShare, takes } = ruleOf(kind)
  return takes(config, ANYBODY, 0)
    .slice(0, 1)
    .map(({ limit, windowMs, blockMs }) => ({
      kind,
      per,
      effect,
      limit,
      challengeFrom: challengeShare ? limit * challengeShare(config) : null,
      windowMs,
      pauseMs: blockMs ?? null,
      settings,
      clearable: true,
    }))
}

function passing({ limits, flows, documentLimits }: Config): LimitInEffect[] {
  const row = (
    kind: (typeof PASSING_LIMITS)[number],
    per: LimitInEffect['per'],
    [limit, minutes]: readonly [number, number],
    setting: SettingName,
  ): LimitInEffect => ({
    kind,
    per,
    effect: 'refused',
    limit,
    challengeFrom: null,
    windowMs: minutes * MINUTE_MS,
    pauseMs: null,
    settings: [setting],
    clearable: false,
  })
  return [
    row('forms_of_network', 'network', [limits.formsPerMinute, 1], 'forms_per_minute'),
    row('flows_of_network', 'network', [flows.flowsPerNetwork, 5], 'flows_per_network'),
    row('flows_of_client', 'client', [flows.flowsPerClient, 5], 'flows_per_client'),
    row('api_requests_of_client', 'client', [limits.apiRequestsPerClient, 1], 'api_requests_per_client'),
    row('documents_of_host', 'host', [documentLimits.clientDocumentsPerHost, 5], 'client_documents_per_host'),
  ]
}
