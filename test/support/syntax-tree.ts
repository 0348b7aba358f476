/** Walks over what oxc-parser makes of a source. */
import type { Node } from 'oxc-parser'

/** The nodes that its properties hold, in their order. Every source is walked several times, so nothing is made but the answer. */
export function childrenOf(node: Node): Node[] {
  const children: Node[] = []
  for (const value of Object.values(node) as unknown[])
    if (Array.isArray(value)) for (const one of value as unknown[]) addNode(children, one)
    else addNode(children, value)
  return children
}

function addNode(children: Node[], value: unknown): void {
  if (isNode(value)) children.push(value)
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
