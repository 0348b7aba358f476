/** The accounts' needs, gathered from the process's parts once: what their nouns take as their first argument. */
import { DEFAULT_REQUEST_LIMITS } from '../attempts/account-limits.ts'
import { createAccessEndings } from '../sessions/access-endings.ts'
import type { Services } from '../services.ts'

export type AccountNeeds = ReturnType<typeof createAccountNeeds>

/** Answers about an address take a whole number of these, so that their timing tells nothing about the address. */
const ANSWER_STEP_MS = 100
/** The same for counting a sign-in attempt, which is a matter of a few statements. */
const ATTEMPT_STEP_MS = 10

type Given = Pick<Services, 'config' | 'db' | 'clock' | 'hasher' | 'blocked' | 'store' | 'outbox'>

export function createAccountNeeds({ config, db, clock, hasher, blocked, store, outbox }: Given) {
  const { accounts, keys, issuer, mail, limits } = config
  return {
    db,
    clock,
    hasher,
    keys: { index: keys.index, device: keys.device },
    lockout: {
      loginMaxFailures: accounts.loginMaxFailures,
      loginBlockMs: accounts.loginBlockMs,
      ...limits,
    },
    blocked,
    policy: { minLength: accounts.passwordMinLength, serviceName: config.serverName },
    limits: { ...DEFAULT_REQUEST_LIMITS, ...limits },
    settings: {
      activationExpireMs: accounts.activationExpireMs,
      resetExpireMs: accounts.resetExpireMs,
      answerStepMs: ANSWER_STEP_MS,
      attemptStepMs: ATTEMPT_STEP_MS,
    },
    enqueueMail: outbox.enqueueMail,
    publicUrl: publicUrl(issuer, mail.workerAccountActivateWeburlF),
    ...createAccessEndings({ store, clock, outbox }),
  }
}

/** Addresses for mails. The one of the activation page is a setting, because some sites have their own. */
function publicUrl(issuer: string, activationUrlFormat: string) {
  return (path: string, params: Record<string, string> = {}): string => {
    if (path === '/activate' && params['token'])
      return activationUrlFormat.replaceAll('{token}', encodeURIComponent(params['token']))
    const url = new URL(path, issuer)
    for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value)
    return url.href
  }
}
