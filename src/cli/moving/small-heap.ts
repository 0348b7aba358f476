/** Keeps the memory of an import or export the same for any number of records. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const COLLECTED_EVERY = 10_000

/**
 * Answers a function. Call it with the number of records so far. Records are garbage a moment later. A smaller heap, collected
 * more often, halves the memory of a million of them. V8 lets the heap grow while the database answers slowly. So the whole
 * heap is collected now and then: about 0.1 s for 10,000 records.
 */
export function smallHeap(): (records: number) => void {
  setFlagsFromString('--optimize-for-size')
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  let next = COLLECTED_EVERY
  return (records) => {
    if (records < next) return
    next = records + COLLECTED_EVERY
    if (typeof collect === 'function') collect()
  }
}
