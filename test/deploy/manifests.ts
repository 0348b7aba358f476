/**
 * `npm run manifests`: builds the example for Kubernetes by kustomize, and checks each resource strictly against the schemas that
 * Kubernetes publishes (PyPI's kubernetes-validate). What is missing here did not run, and is named.
 */
import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT, findBinary } from '../../scripts/find-binary.mjs'
import { dataFolder } from '../support/service-process.ts'

const run = promisify(execFile)
const VALIDATOR = 'kubernetes-validate==1.37.0'
const PYTHON = join(ROOT, '.cache/manifests')
const say = (line: string) => process.stdout.write(`${line}\n`)

/** The validator in a Python environment of its own. @throws {Error} with the output of pip */
async function validator(): Promise<string> {
  const program = join(PYTHON, 'bin/kubernetes-validate')
  if (existsSync(program)) return program
  await run('python3', ['-m', 'venv', PYTHON])
  await run(join(PYTHON, 'bin/pip'), ['install', '--quiet', VALIDATOR])
  return program
}

async function check(kubectl: string, program: string): Promise<void> {
  for (const folder of ['base', 'overlays/example']) {
    const { stdout } = await run(kubectl, ['kustomize', join(ROOT, 'deploy/kubernetes', folder)])
    const file = join(dataFolder('manifests'), 'all.yaml')
    writeFileSync(file, stdout)
    await run(program, ['--strict', '--quiet', file])
    const count = stdout.match(/^kind: /gm)?.length ?? 0
    if (count < 10) throw new Error(`${folder}: only ${count} resources`)
    say(`✔ ${folder}: ${count} resources are what Kubernetes expects`)
  }
}

const kubectl = findBinary('kubectl')
const program = findBinary('python3')
  ? await validator().catch((error: Error) => say(`pip: ${error.message}`) && undefined)
  : undefined
if (!kubectl) say('The manifests were not checked: kubectl, which has kustomize, is not here.')
else if (!program) say(`The manifests were not checked: ${VALIDATOR} of PyPI cannot be had here.`)
else
  await check(kubectl, program).catch((error: Error & { stdout?: string; stderr?: string }) => {
    say(`✖ ${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`)
    process.exitCode = 1
  })
process.exit()
