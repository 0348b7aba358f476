/** The address of a server as `--server` names it: its issuer. */
import { isLoopbackHost } from '../../platform/network/ip-address.ts'
import { usageError } from '../input.ts'
import type { Input } from '../input.ts'

/** Undefined without `--server`. @throws AppError `usage`; a token never leaves this machine unencrypted. */
export function serverOf(input: Pick<Input, 'text'>): string | undefined {
  const typed = input.text('server')
  if (typed === undefined) return undefined
  const url = URL.parse(typed)
  if (!url || !isBare(url))
    throw usageError('--server takes the address of a server, as https://accounts.example.com')
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname)))
    return url.origin
  throw usageError('--server takes an https address. Only a server on this machine may be without it.')
}

function isBare({ pathname, search, hash, username, password }: URL): boolean {
  return pathname === '/' && search + hash + username + password === ''
}
