/** What the commands about resource servers print, wherever they read it. */
import { withWarnings } from '../../command-line/command.ts'
import type { Answer } from '../../command-line/command.ts'
import { record, table } from '../../command-line/layout.ts'

export type ShownResource = {
  identifier: string
  name: string
  scope: string
  access_token_format: string
  client_secret?: string | undefined
}

export function resourceAnswer(resource: ShownResource, warnings: readonly string[]): Answer {
  return withWarnings({ data: resource, text: record(resource) }, warnings)
}

export function resourceMade(resource: ShownResource, warnings: readonly string[]): Answer {
  const text = `${record(resource)}\n\nThe client_secret is shown only now.`
  return withWarnings({ data: resource, text }, warnings)
}

export function resourceList(resources: readonly ShownResource[]): Answer {
  const rows = resources.map((one) => [one.identifier, one.name, one.access_token_format, one.scope])
  const head = ['IDENTIFIER', 'NAME', 'TOKENS', 'SCOPES']
  return { data: { resources }, text: table(head, rows, 'No resource servers.') }
}

export function resourceDeleted(identifier: string): Answer {
  return { data: { identifier, deleted: true }, text: `Deleted ${identifier} and its client.` }
}
