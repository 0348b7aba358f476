/** The device that an app's request comes from (RFC 8628 §3.3): what a person compares before anything is allowed. */
import { networkOf } from '../../attempts/network.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { AnyContext } from '../../http/request/request-state.ts'
import type { Interaction } from '../../interaction/open-interaction.ts'
import type { Oidc } from '../../provider/contract/current-provider.ts'

export type AskingDevice = {
  /** As the device shows it. */
  userCode: string
  ip: string
  userAgent: string
  /** It asked from another network than this browser. */
  elsewhere: boolean
}

/** Undefined for a request of a browser. */
export async function askingDevice(
  oidc: Oidc,
  ctx: AnyContext,
  { deviceCode }: Interaction,
): Promise<AskingDevice | undefined> {
  if (deviceCode === undefined) return undefined
  const code = await oidc.current().DeviceCode.find(deviceCode, { ignoreExpiration: true })
  if (!code) return undefined
  const { ip, userAgent } = { ip: '', userAgent: '', ...(code.deviceInfo as Partial<AskingDevice>) }
  const elsewhere = networkOf(ip) !== networkOf(requestState(ctx).clientIp ?? '')
  return { userCode: inGroups(code.userCode), ip, userAgent, elsewhere }
}

function inGroups(userCode: string): string {
  return userCode.replace(/^(.{4})(?=.)/, '$1-')
}
