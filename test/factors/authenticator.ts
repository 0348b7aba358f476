/** The authenticator app of the tests: reads an `otpauth://` address or a shown secret, and shows codes. */
import { decodeBase32, OWN_TOTP, totpCode, totpStep } from '../../src/factors/totp-code.ts'

/** `codeAt(nowMs, 1)` is the code of the next step. */
export function authenticator(shown: string) {
  const text = shown.startsWith('otpauth:') ? (new URL(shown).searchParams.get('secret') ?? '') : shown
  const secret = decodeBase32(text)
  if (!secret) throw new Error('no secret was shown')
  return {
    codeAt: (nowMs: number, stepsLater = 0) =>
      totpCode(secret, OWN_TOTP, totpStep(OWN_TOTP, nowMs) + stepsLater),
    /** Six digits that no step near this moment has. */
    wrongCodeAt(nowMs: number) {
      const near = [-1, 0, 1].map((steps) => this.codeAt(nowMs, steps))
      return ['000000', '111111', '222222', '333333'].find((code) => !near.includes(code)) ?? ''
    },
  }
}

/** The secret that the page of a set-up shows, in groups of four letters. */
export function secretOn(html: string): string {
  const [, groups = ''] = /<p class="key"><code>([A-Z2-7 ]+)<\/code>/.exec(html) ?? []
  return groups.replaceAll(' ', '')
}
