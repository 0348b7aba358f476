/** Every feature, in the order in which they are mounted. To remove one, delete its folder and its line. */
import type { BuildFeature } from './feature.ts'
import { challenge } from './protocol/challenge/challenge.feature.ts'
import { ciba } from './protocol/ciba/ciba.feature.ts'
import { device } from './protocol/device/device.feature.ts'
import { logout } from './protocol/logout/logout.feature.ts'
import { registration } from './protocol/registration/registration.feature.ts'
import { statusList } from './protocol/status-list/status-list.feature.ts'
import { tokenExchange } from './protocol/token-exchange/token-exchange.feature.ts'

export const FEATURES: readonly BuildFeature[] = [
  logout,
  tokenExchange,
  device,
  registration,
  ciba,
  statusList,
  challenge,
]
