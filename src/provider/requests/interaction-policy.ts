/**
 * What a person is asked before an app gets its answer. First they register or choose an account, sign in, and confirm the
 * address. An app may be for the members of groups alone. Then they accept new terms, replace a password that somebody else knows, and set up a second factor. Consent is the
 * last. Only what the app wants, or what is missing, is asked.
 */
import { interactionPolicy } from 'oidc-provider'
import { foundAccount } from '../contract/found-account.ts'
import { mayUse } from '../../groups/app-access.ts'
import { authenticationLevel, isSetUpDue, setUpDue } from './authentication-levels.ts'
import type { SecondFactors } from './authentication-levels.ts'
import { lastingHint } from './id-token-hint.ts'

const { Check, Prompt, base } = interactionPolicy

export type PolicySettings = {
  unverifiedAccountsMayAuthorize: boolean
  /** The version of the terms that people accept. */
  termsVersion: string | undefined
  secondFactors: SecondFactors
}

export function createPolicy(settings: PolicySettings): interactionPolicy.DefaultPolicy {
  const policy = base()
  const login = policy.get('login')
  login?.checks.add(accountGone, 0)
  // The library's own checks would ask for ever when nobody can sign in at the required level.
  login?.checks.remove('essential_acrs')
  login?.checks.remove('essential_acr')
  login?.checks.add(authenticationLevel(settings.secondFactors))
  const hint = login?.checks.get('id_token_hint')
  login?.checks.remove('id_token_hint')
  if (hint) login?.checks.add(lastingHint(hint))
  const consent = policy.get('consent')
  consent?.checks.remove('native_client_prompt')
  consent?.checks.add(nativeClient, 0)
  consent?.checks.add(deviceCode, 0)
  policy.add(new Prompt({ name: 'verify_email' }, unverifiedEmail(settings)), 1)
  policy.add(new Prompt({ name: 'app_access' }, appNotAllowed), 2)
  policy.add(new Prompt({ name: 'terms' }, termsDue(settings)), 3)
  policy.add(new Prompt({ name: 'new_password' }, newPasswordDue), 4)
  policy.add(new Prompt({ name: 'second_factor' }, setUpDue(settings.secondFactors)), 5)
  // Initiating User Registration via OpenID Connect 1.0, and OpenID Connect Core §3.1.2.1.
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  policy.add(new Prompt({ name: 'create', requestable: true }), 0)
  return policy
}

// Without this check, a session of a disabled or deleted account passes the login prompt and causes a 500 later.
const accountGone = new Check(
  'account_gone',
  'the account of this session can no longer sign in',
  'login_required',
  ({ oidc }) => Boolean(oidc.session?.accountId && !oidc.account),
)

// RFC 8252 §8.6: a native app needs a confirmation for each request, because another app may impersonate it.
// First-party apps are exempt.
const nativeClient = new Check(
  'native_client_prompt',
  'native clients require End-User interaction',
  'interaction_required',
  ({ oidc }) =>
    oidc.client?.applicationType === 'native' && oidc.client['first_party'] !== true && !oidc.result?.consent,
)

// RFC 8628 §3.3.1 and §5.4: the person compares the code and sees the device, also where the app has a consent.
const deviceCode = new Check(
  'device_code',
  'the person has to compare the code of the device',
  'interaction_required',
  ({ oidc }) => oidc.deviceCode !== undefined && !oidc.result?.consent,
)

// RFC 6749 §4.1.2.1, where the app asked for no page.
const appNotAllowed = new Check(
  'app_not_allowed',
  'the account is in none of the groups that may use this app',
  'access_denied',
  (ctx) => {
    const account = foundAccount(ctx)?.account
    return account !== undefined && !mayUse(ctx.oidc.client, account)
  },
)

const newPasswordDue = new Check(
  'new_password_due',
  'an operator knows the password',
  'interaction_required',
  (ctx) => Boolean(foundAccount(ctx)?.account.newPasswordDue),
)

function termsDue({ termsVersion }: PolicySettings): interactionPolicy.Check {
  return new Check('terms_due', 'the terms have a new version', 'interaction_required', (ctx) => {
    const account = foundAccount(ctx)?.account
    return termsVersion !== undefined && account !== undefined && account.termsVersion !== termsVersion
  })
}

function unverifiedEmail(settings: PolicySettings): interactionPolicy.Check {
  return new Check(
    'email_unverified',
    'the e-mail address is not confirmed',
    'interaction_required',
    async (ctx) => {
      const account = foundAccount(ctx)
      if (account === undefined || account.emailVerified) return false
      // Only the owner of the address may set up a second factor, so the address comes first.
      return !settings.unverifiedAccountsMayAuthorize || isSetUpDue(ctx, settings.secondFactors)
    },
  )
}
