/** A code by mail where the authenticator app cannot be used: whether this sign-in may take one, and the mail. */
import type { KoaContextWithOIDC } from 'oidc-provider'
import { provenAccount } from '../../factors/finish-sign-in.ts'
import { mayUseMailedFactor, requestMailedFactor } from '../../factors/spared/mailed-factor.ts'
import { neededLevel } from '../../provider/requests/authentication-levels.ts'
import type { Services } from '../../services.ts'
import type { AuthSession, Passed } from './auth-session.ts'

/** Where the request or its client asks for a level, a code by mail does not reach it. */
export async function offersMail(
  services: Services,
  { oidc: { client } }: KoaContextWithOIDC,
  { request, passed: { proof } }: AuthSession,
): Promise<boolean> {
  const account = proof && (await provenAccount(services, proof))
  if (!account || neededLevel(request, client) !== undefined) return false
  return mayUseMailedFactor(services, proof, account)
}

/** Answers what the person has proved with the code that was mailed, and what the app's developer reads. */
export async function mailCode(
  services: Services,
  ctx: KoaContextWithOIDC,
  session: AuthSession,
  ip: string,
): Promise<{ passed: Passed; description: string }> {
  const { passed } = session
  const { proof } = passed
  if (!proof || !(await offersMail(services, ctx, session)))
    return { passed, description: 'this sign-in takes no code by mail; send otp' }
  const mailed = await requestMailedFactor(services, { proof, ip })
  if (mailed === undefined || mailed === 'limited')
    return { passed, description: 'no further code is mailed now; send mailed_otp with the latest, or otp' }
  return {
    passed: { ...passed, mailed },
    description: 'a code was mailed; send mailed_otp, with auth_session',
  }
}
