/**
 * Groups of a Keycloak realm. They are a tree there, and a list here: the group `b` in `a` is named `a/b`, by its path without
 * the first slash. A slash inside a name is `~/` in a path.
 */
import { z } from 'zod'
import type { GroupInput } from '../../groups/groups.ts'
import { parsed } from '../incoming.ts'

type Tree = { name: string; description?: string | null | undefined; subGroups?: Tree[] | undefined }

const tree: z.ZodType<Tree> = z.lazy(() =>
  z.looseObject({
    name: z.string(),
    description: z.string().nullish(),
    subGroups: z.array(tree).optional(),
  }),
)

/** The group and all inside it. @throws NotReadable */
export function keycloakGroups(value: Readonly<Record<string, unknown>>): GroupInput[] {
  return groupsIn(parsed(tree, value), '')
}

export function nameOfPath(path: string): string {
  return path.replace(/^\//, '').replaceAll('~/', '/')
}

function groupsIn({ name, description, subGroups = [] }: Tree, above: string): GroupInput[] {
  const own = { name: `${above}${name}`, ...(description && { description }) }
  return [own, ...subGroups.flatMap((one) => groupsIn(one, `${own.name}/`))]
}
