/** Builds the limits of what strangers may begin. */
import { createFlowLimits, FLOW_WINDOW_MS } from '../provider/records/flow-limits.ts'
import type { FlowLimits } from '../provider/records/flow-limits.ts'
import { createSharedSum } from '../platform/redis/shared-sum.ts'
import { createWindowCounter } from '../platform/window-counter.ts'
import type { Parts } from './start/parts.ts'

/** Without Redis each process counts on its own. */
export function createFlows({ config, clock, log, redis }: Parts): FlowLimits {
  const counter = createWindowCounter({
    clock,
    windowMs: FLOW_WINDOW_MS,
    share: redis && createSharedSum(redis, 'flows'),
    onRefused: (refused) => log.warn(refused, 'flows.refused'),
  })
  return createFlowLimits({ counter, key: config.keys.index, ...config.flows, ...config.limits })
}
