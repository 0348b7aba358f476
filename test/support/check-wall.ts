/** For `npm run upgrade-check`: what this server relies on inside the library and does not find there. */
import Provider from 'oidc-provider'
import { memberProblems } from '../../src/provider/library/members.ts'
import { LIBRARY_VERSION, LibraryMismatch } from '../../src/provider/library/mismatch.ts'
import { CONFIGURATION, ISSUER } from '../provider/library/wall-provider.ts'

const members = memberProblems(new Provider(ISSUER, CONFIGURATION))
const others = (await composingProblems()).filter((problem) => !members.includes(problem))
const problems = [...members, ...others]
for (const problem of problems) process.stdout.write(`  ${problem}\n`)
if (problems.length === 0)
  process.stdout.write(`oidc-provider ${LIBRARY_VERSION} has all that the tables name\n`)
else process.exitCode = 1

/** The modules are looked at when they are loaded, the places when a provider is put together. */
async function composingProblems(): Promise<readonly string[]> {
  try {
    const { createProvider } = await import('../../src/provider/library/own-provider.ts')
    createProvider(ISSUER, CONFIGURATION)
    return []
  } catch (error) {
    if (error instanceof LibraryMismatch) return error.problems
    throw error
  }
}
