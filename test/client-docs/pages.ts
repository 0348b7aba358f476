/** The pages for developers of clients, their examples, and a way to run those word for word. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import * as oidc from 'openid-client'

const DOCS = join(import.meta.dirname, '../../docs')

/** Text by name: `clients.md` and the files of `clients/`. */
export const PAGES: ReadonlyMap<string, string> = new Map(
  ['clients.md', ...readdirSync(join(DOCS, 'clients')).map((name) => `clients/${name}`)].map((name) => [
    name.replace('clients/', ''),
    readFileSync(join(DOCS, name), 'utf8'),
  ]),
)

export type Block = { page: string; heading: string; language: string; code: string }

/** Every block of code with the heading above it. */
export const BLOCKS: readonly Block[] = [...PAGES].flatMap(([page, text]) => {
  const found = text.matchAll(/^#+ (.+)$|^```(\w*)\n([\s\S]*?)^```$/gm)
  let heading = ''
  return [...found].flatMap(([, title, language = '', code = '']) => {
    heading = title ?? heading
    return title === undefined ? [{ page, heading, language, code }] : []
  })
})

/** The blocks of a language under a heading; there must be as many as the caller knows what to do with. */
export function examples(page: string, heading: string, count: number, language = 'js'): string[] {
  const found = BLOCKS.filter(
    (one) => one.page === page && one.heading === heading && one.language === language,
  )
  expect(found, `${language} in ${page}, ${heading}`).to.have.length(count)
  return found.map(({ code }) => code)
}

/** The same library, for a server that is on plain http as those of tests are. */
const here = {
  ...oidc,
  discovery: (
    server: URL,
    clientId: string,
    metadata?: Partial<oidc.ClientMetadata> | string,
    authentication?: oidc.ClientAuth,
    options?: oidc.DiscoveryRequestOptions,
  ) => oidc.discovery(server, clientId, metadata, authentication, local(options)),
  dynamicClientRegistration: (
    server: URL,
    metadata: Partial<oidc.ClientMetadata>,
    authentication?: oidc.ClientAuth,
    options?: oidc.DynamicClientRegistrationRequestOptions,
  ) => oidc.dynamicClientRegistration(server, metadata, authentication, local(options)),
}

function local<T extends object>(options?: T) {
  return { execute: [oidc.allowInsecureRequests], ...options }
}

type Names = Record<string, unknown>
const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
  ...given: string[]
) => (...given: unknown[]) => Promise<Names>

/** Runs an example with these names in reach instead of what it imports, and answers what it made of `wanted`. */
export function run(code: string, given: Names, wanted: string[] = []): Promise<Names> {
  const all: Names = { oidc: here, ...given }
  const body = code.replaceAll(/^import .*$/gm, '')
  return new AsyncFunction(...Object.keys(all), `${body}\nreturn { ${wanted.join(', ')} }`)(
    ...Object.values(all),
  )
}
