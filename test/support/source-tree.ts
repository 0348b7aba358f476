/** The source files, what they import, and their floors, as the architecture’s test and its picture read them. */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/**
 * From the ground up. A folder imports from lower floors only; folders of one floor never import each other. A folder that
 * has folders is named with each of them, so that the rule holds inside as well.
 */
export const FLOORS = [
  ['platform', 'platform/network', 'words'],
  ['platform/logging', 'platform/metrics', 'platform/tracing'],
  ['platform/redis', 'platform/sql'],
  ['platform/versioned-cache'],
  ['account-cache', 'http/request', 'outbox/mail', 'outbox/metrics'],
  ['brand', 'http', 'outbox', 'passwords'],
  ['events', 'mail'],
  ['settings/kinds'],
  [
    'settings/brand',
    'settings/limits',
    'settings/mail',
    'settings/metrics',
    'settings/tracing',
    'settings/places',
    'settings/registration',
  ],
  ['settings'],
  ['settings/described'],
  ['attempts', 'grant-store', 'places'],
  ['audit'],
  ['services.ts'],
  ['audit/chain'],
  ['consents', 'deliveries', 'keys', 'statistics'],
  ['accounts'],
  ['accounts/roles'],
  [
    'accounts/challenges',
    'accounts/life',
    'accounts/passkeys',
    'accounts/registrations',
    'accounts/search',
    'factors',
    'pictures',
  ],
  ['factors/spared'],
  ['passkeys'],
  ['accounts/journeys'],
  ['accounts/operator'],
  ['clients/addresses', 'groups', 'limits'],
  ['clients/claims'],
  ['sessions', 'clients', 'event-sinks'],
  ['clients/errors', 'clients/logo', 'resources', 'upstreams'],
  ['upstreams/client'],
  ['moving/files'],
  ['moving'],
  ['moving/rows'],
  ['moving/formats'],
  ['command-line'],
  ['command-line/server'],
  ['provider/library'],
  ['provider/contract'],
  ['provider/records', 'provider/checks', 'provider/binding'],
  ['provider/endpoints', 'provider/clients', 'provider/refusals'],
  ['provider/grants'],
  ['provider/subjects', 'provider/sessions'],
  ['provider/requests'],
  ['provider'],
  ['interaction/pending'],
  ['interaction'],
  ['interaction/proof'],
  ['operations/filters', 'operations/kept-answers'],
  ['operations'],
  ['operations/own-clients'],
  ['feature.ts', 'admin/sections', 'admin/wording'],
  ['admin', 'api/*', 'event-sinks/*', 'pages/*', 'protocol/*'],
  ['admin/apps'],
  ['features.ts'],
  ['process/start'],
  ['process'],
  ['process/metrics'],
  [
    'cli/accounts',
    'cli/audit',
    'cli/brand',
    'cli/clients',
    'cli/groups',
    'cli/keys',
    'cli/limits',
    'cli/login',
    'cli/mail',
    'cli/moving',
    'cli/outbox',
    'cli/receivers',
    'cli/registrations',
    'cli/statistics',
    'cli/resources',
    'cli/upgrade',
    'cli/roles',
    'cli/upstreams',
  ],
  ['(composition)', 'cli'],
]

/** Files directly in src/ compose the program and are the top floor. */
export const COMPOSITION = '(composition)'

export const SRC = join(import.meta.dirname, '../../src')

/** `file`: its path from src/; `imports`: the names as they are written. */
export type Source = { file: string; text: string; imports: string[] }

const IMPORTS = /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?'([^']+)'|\bimport\(\s*'([^']+)'/gm

export const sources: Source[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => {
    const text = readFileSync(join(SRC, file), 'utf8')
    return { file, text, imports: importsOf(text) }
  })

export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORTS)].map(([, fixed, dynamic]) => (fixed ?? dynamic)!)
}

/** The files under src/ that a file imports, as paths from src/. */
export function importedFiles({ file, imports }: Source): string[] {
  return imports
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(SRC, resolve(dirname(join(SRC, file)), name)))
    .filter((path) => !path.startsWith('..'))
}

/** The folder of a file, as the floors name it; a file in src/ may have a floor of its own. */
export function folderOf(file: string): string {
  if (file.includes('/')) return dirname(file)
  return FLOORS.some((floor) => floor.includes(file)) ? file : COMPOSITION
}

/** `pages/*` names every folder in pages. */
export function floorOf(folder: string): number {
  const all = `${dirname(folder)}/*`
  return FLOORS.findIndex((folders) => folders.includes(folder) || folders.includes(all))
}

/** Within a folder, and on the top floor, everything may import everything. */
export function isAllowed(from: string, to: string): boolean {
  if (folderOf(from) === folderOf(to)) return true
  const [here, there] = [floorOf(folderOf(from)), floorOf(folderOf(to))]
  return there < here || (there === here && here === FLOORS.length - 1)
}
