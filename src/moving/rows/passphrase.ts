/**
 * Seals the secrets of an export to a passphrase: scrypt makes the key, AES-256-GCM seals. The first line of the file has the
 * salt, and a value that shows whether a passphrase is the right one.
 */
import { randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../platform/errors.ts'
import { createSealer } from '../../platform/tokens.ts'
import type { Sealer } from '../../platform/tokens.ts'

/** 128 MiB and about half a second for each guess. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1_048_576 }
const SHORTEST = 12
const CHECKED = 'account-server export'

/** What the first line says of the sealing. The cost is fixed, so that a file cannot choose it. */
export const sealing = z.object({
  kdf: z.literal('scrypt-17-8-1'),
  salt: z.string().regex(/^[\w-]{22}$/),
  check: z.string(),
})

export type Sealing = z.infer<typeof sealing>

/** @throws AppError 400 `passphrase_weak` */
export async function newSealing(passphrase: string): Promise<{ sealer: Sealer; sealing: Sealing }> {
  if (passphrase.length < SHORTEST)
    throw new AppError('passphrase_weak', 400, `The passphrase needs at least ${SHORTEST} characters.`)
  const salt = randomBytes(16).toString('base64url')
  const sealer = await sealerFor(passphrase, salt)
  return { sealer, sealing: { kdf: 'scrypt-17-8-1', salt, check: sealer.seal(CHECKED, 'check') } }
}

/** @throws AppError 403 `passphrase_wrong` */
export async function openSealing({ salt, check }: Sealing, passphrase: string): Promise<Sealer> {
  const sealer = await sealerFor(passphrase, salt)
  if (sealer.open(check, 'check') === CHECKED) return sealer
  throw new AppError('passphrase_wrong', 403, 'The passphrase does not open this file. Nothing was changed.')
}

async function sealerFor(passphrase: string, salt: string): Promise<Sealer> {
  const key = await new Promise<Buffer>((resolve, reject) => {
    const done = (error: Error | null, made: Buffer) => (error ? reject(error) : resolve(made))
    scrypt(passphrase.normalize('NFC'), Buffer.from(salt, 'base64url'), 32, COST, done)
  })
  return createSealer([key])
}
