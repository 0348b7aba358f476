import { stack as spring } from '../spring/stack.ts'
import type { Stack } from '../stack.ts'

/** The same app; only the names of the starters are others. */
export const stack: Stack = { ...spring, title: 'Spring Boot 4', basedOn: 'spring' }
