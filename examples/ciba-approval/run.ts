/**
 * `npm run approve -- FILE`: answers access requests for the OpenID Foundation's suite while it runs unattended. FILE is
 * what `npm run seed -- conformance` printed; docs/conformance.md says when to use it. For test installations alone.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createApprovalServer } from './server.ts'

type Seeded = {
  account: { email: string; password: string }
  plans: {
    plan: string
    configuration: { server: { discoveryUrl: string }; automated_ciba_approval_url?: string }
  }[]
}

async function main([file = '', port]: string[]): Promise<void> {
  const { account, plans } = JSON.parse(readFileSync(resolve(file), 'utf8')) as Seeded
  const configuration = plans.map((one) => one.configuration).find((one) => one.automated_ciba_approval_url)
  if (!configuration)
    throw new Error(`${file} has no automated_ciba_approval_url: put approval_url into the seed file`)
  const template = configuration.automated_ciba_approval_url ?? ''
  const issuer = new URL('../', configuration.server.discoveryUrl).href.replace(/\/$/, '')
  const server = createApprovalServer({ person: { issuer, ...account }, template, say })
  server.listen(Number(port ?? (new URL(template).port || 8790)))
  await once(server, 'listening')
  say(`answers for ${account.email} at ${issuer}; Ctrl-C ends it`)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`approve: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
