/**
 * Mounts the device authorization grant (RFC 8628): codes for devices without a browser, and the pages that connect
 * them. The codes are stored by `provider/records`.
 */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { placeStep } from '../../provider/library/own-provider.ts'
import { deviceAnsweredRoutes } from './device-answered.routes.ts'
import { addInterval, CODE_SECONDS, compareLater, deviceFlow, fillInUserCode } from './device-flow.ts'
import { devicePages } from './device-pages.ts'
import { deviceCodeRecords } from './device-codes.ts'

export function device(services: Services): Feature {
  return {
    pages: (site) => [deviceAnsweredRoutes(site)],
    protocol: (site) => ({
      features: { deviceFlow: deviceFlow(devicePages(site)) },
      ttl: { DeviceCode: CODE_SECONDS },
      records: { DeviceCode: (adapter) => deviceCodeRecords(services, adapter) },
      install: (provider) => placeStep(provider, 'device code read', compareLater),
      before: [{ at: ['code_verification'], run: fillInUserCode }],
      after: [{ at: ['device_authorization'], run: addInterval }],
    }),
  }
}
