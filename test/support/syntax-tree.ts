/** Walks over what oxc-parser makes of a source. */
import type { Node } from 'oxc-parser'

export const childrenOf = (node: Node): Node[] =>
  Object.values(node).flatMap((value: unknown) => [value].flat().filter(isNode))

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
