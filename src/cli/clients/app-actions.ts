/** What the commands of `app-commands.ts` do. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Api } from '../../command-line/api.ts'
import type { Answer } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'
import { usageError } from '../../command-line/input.ts'
import { record } from '../../command-line/layout.ts'
import { pictureType } from '../../platform/picture-type.ts'

const failures = z.object({
  items: z.array(z.looseObject({ registered: z.array(z.string()).nullable() })),
})
const preview = z.object({
  may_use: z.boolean(),
  reasons: z.array(z.object({ code: z.string(), detail: z.string() })),
  scope: z.string(),
  ignored_scope: z.string(),
  id_token: z.unknown(),
  userinfo: z.unknown(),
})

const logo = z.object({ address: z.string(), created_at: z.string(), animated: z.boolean() })

const at = ({ operands: [id = ''] }: Input) => ({ params: { client_id: id } })

export async function errors(input: Input, api: Api): Promise<Answer> {
  const { items } = await api.call('listClientErrors', failures, at(input))
  const text = items.map((one) => record({ ...one, registered: one.registered?.join(' ') ?? null }))
  return { data: { errors: items }, text: text.join('\n\n') || 'No errors in the last 7 days.' }
}

export async function showPreview(input: Input, api: Api): Promise<Answer> {
  const query = { account: input.text('account') ?? '', scope: input.text('scope') }
  const data = await api.call('previewClient', preview, { ...at(input), query })
  const text = record({
    may_use: data.may_use,
    why_not: data.reasons.map(({ detail }) => detail).join(' '),
    scope: data.scope,
    ignored_scope: data.ignored_scope,
    id_token: JSON.stringify(data.id_token, null, 1),
    userinfo: JSON.stringify(data.userinfo, null, 1),
  })
  return { data, text }
}

export async function setLogo(input: Input, api: Api): Promise<Answer> {
  const [clientId = ''] = input.operands
  const bytes = readFile(input.text('file') ?? '')
  // The API refuses other files by their first bytes, with a reason.
  const file = { type: pictureType(bytes) ?? 'image/png', bytes }
  const kept = await api.call('setClientLogo', logo, { ...at(input), file })
  const still = kept.animated ? '\nThe file moves. Its first picture is kept.' : ''
  return {
    data: { client_id: clientId, ...kept },
    text: `Set the logo of ${clientId}.\n${kept.address}${still}`,
  }
}

export async function removeLogo(input: Input, api: Api): Promise<Answer> {
  const [clientId = ''] = input.operands
  await api.send('removeClientLogo', at(input))
  return { data: { client_id: clientId, removed: true }, text: `Removed the logo of ${clientId}.` }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    throw usageError(`--file: ${path} cannot be read`)
  }
}
