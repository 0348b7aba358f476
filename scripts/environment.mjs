/** The environment of what is run. Built-ins only, and no syntax newer than Node 18. */
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { ROOT } from './find-binary.mjs'
import { StepFailed } from './step.mjs'

const CERTIFICATES = 'NODE_EXTRA_CA_CERTS'

/**
 * @param {string} node the path of the Node that runs it
 * @param {Record<string, string | undefined>} given
 * @param {string} folder with `.env`
 * @throws {StepFailed} when the certificates that it names are not there
 */
export function environmentFor(node, given = process.env, folder = ROOT) {
  return {
    // Password hashing is what the pool is for, and more hashes than cores only wait for each other.
    UV_THREADPOOL_SIZE: String(cpus().length || 1),
    ...extraCertificates(given, folder),
    ...given,
    PATH: `${dirname(node)}${delimiter}${given.PATH ?? ''}`,
  }
}

/** Node reads this variable when it starts, before anything could read `.env`: so it is handed on from there. */
function extraCertificates(given, folder) {
  const file = given[CERTIFICATES] || fromDotEnv(join(folder, '.env'))
  if (!file) return {}
  // Node only warns, and every connection that needs them fails later.
  if (!existsSync(resolve(ROOT, file)))
    throw new StepFailed(`${CERTIFICATES}: there is no file ${file}; it takes certificates in PEM`)
  return { [CERTIFICATES]: file }
}

function fromDotEnv(file) {
  if (!existsSync(file)) return undefined
  const line =
    /^[ \t]*(?:export[ \t]+)?NODE_EXTRA_CA_CERTS[ \t]*=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#]*))/m
  const [, double, single, bare] = line.exec(readFileSync(file, 'utf8')) ?? []
  return double ?? single ?? bare
}
