/** Follows the instructions of a Dockerfile, stage by stage, in folders that programs see as their root. */
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { runQuietly } from '../../scripts/step.mjs'
import { NPM_CACHE, makeBase } from './base-root.ts'
import type { Command, Instruction, Stage } from './dockerfile.ts'
import { enter } from './enter.ts'
import type { Place } from './enter.ts'

/** What `docker run` knows of an image. */
export type Image = Place & {
  command: Command
  health: { command: Command; options: Record<string, string> }
  volumes: string[]
  port: number
}

type Unfinished = Omit<Image, 'command' | 'health' | 'port'> & Partial<Image>
type Around = { context: string; folder: string; roots: Map<string, string>; say: (line: string) => void }

/**
 * Builds the last stage. `context` is the folder with the files, `folder` an empty one for the roots.
 * @throws {Error} with the output of a RUN that failed, or naming what is missing
 */
export async function buildImage(stages: Stage[], around: Omit<Around, 'roots'>): Promise<Image> {
  const roots = new Map<string, string>()
  let built: Unfinished | undefined
  for (const stage of stages) built = await buildStage(stage, { ...around, roots })
  const { command, health, port } = built ?? {}
  if (!built || !command || !health || !port) throw new Error('the image lacks CMD, HEALTHCHECK or EXPOSE')
  return { ...built, command, health, port }
}

async function buildStage({ base, name, instructions }: Stage, around: Around): Promise<Unfinished> {
  const root = join(around.folder, name)
  const image: Unfinished = { root, cwd: '/', env: {}, user: 'root', volumes: [] }
  around.say(`FROM ${base}`)
  await makeBase(base, root)
  around.roots.set(name, root)
  for (const instruction of instructions) await follow(image, instruction, around)
  return image
}

async function follow(image: Unfinished, instruction: Instruction, around: Around): Promise<void> {
  switch (instruction.kind) {
    case 'COPY':
      return copy(image, instruction, around)
    case 'RUN':
      return run(image, instruction.command, around)
    case 'ENV':
      return void Object.assign(image.env, instruction.values)
    case 'WORKDIR':
      image.cwd = instruction.value
      return void mkdirSync(join(image.root, image.cwd), { recursive: true })
    case 'USER':
      return void (image.user = instruction.value)
    case 'VOLUME':
      mkdirSync(join(image.root, instruction.value), { recursive: true })
      return void image.volumes.push(instruction.value)
    case 'EXPOSE':
      return void (image.port = Number(instruction.value))
    case 'CMD':
      return void (image.command = instruction.command)
    case 'HEALTHCHECK':
      return void (image.health = instruction)
  }
}

type Copy = Extract<Instruction, { kind: 'COPY' }>

/** A folder is copied as what it holds; files go into the target where that is a folder. All belongs to root. */
async function copy(image: Unfinished, { from, sources, target }: Copy, around: Around): Promise<void> {
  const to = join(image.root, target.startsWith('/') ? '' : image.cwd, target)
  for (const source of sources) {
    const path = from ? join(rootOf(from, around), source) : sourceIn(around.context, source)
    if (!existsSync(path)) throw new Error(`COPY ${source}: there is no such file`)
    const isFolder = statSync(path).isDirectory()
    if (!isFolder) cpSync(path, target.endsWith('/') ? join(to, basename(source)) : to)
    else {
      mkdirSync(to, { recursive: true })
      await runQuietly('cp', ['-a', '--no-preserve=ownership', `${path}/.`, to])
    }
  }
  chownSync(to, 0, 0)
}

function rootOf(stage: string, { roots }: Around): string {
  const root = roots.get(stage)
  if (!root) throw new Error(`COPY --from=${stage}: there is no such stage`)
  return root
}

/** A file of the context, if `.dockerignore` lets it in: it refuses all, and then names what it lets in. */
function sourceIn(context: string, source: string): string {
  const [all, ...names] = readFileSync(join(context, '.dockerignore'), 'utf8').trim().split('\n')
  if (all !== '*' || !names.every((name) => name.startsWith('!')))
    throw new Error('.dockerignore is of a form that is not known here')
  if (!names.includes(`!${source}`)) throw new Error(`COPY ${source}: .dockerignore keeps it out`)
  return join(context, source)
}

async function run(image: Unfinished, command: Command, { say }: Around): Promise<void> {
  const words = 'shell' in command ? command.shell : command.words.join(' ')
  say(`RUN ${words}`)
  const { mounts, env } = helpForNpm(image.root)
  const { ended, output } = enter({ ...image, mounts, env: { ...image.env, ...env } }, command)
  const code = await ended
  if (code !== 0) throw new Error(`RUN ${words} ended with ${code}:\n${output()}`)
}

/** Downloads of earlier runs, and the authorities of this machine, which may have a proxy of its own. */
function helpForNpm(root: string): { mounts: Record<string, string>; env: Record<string, string> } {
  for (const folder of [NPM_CACHE, join(root, 'root/.npm')]) mkdirSync(folder, { recursive: true })
  const authorities = process.env['NODE_EXTRA_CA_CERTS']
  const env: Record<string, string> = {}
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'npm_config_registry']) {
    const value = process.env[name]
    if (value) env[name] = value
  }
  if (!authorities || !existsSync(authorities)) return { mounts: { [NPM_CACHE]: '/root/.npm' }, env }
  mkdirSync(join(root, 'tmp'), { recursive: true })
  cpSync(authorities, join(root, 'tmp/authorities.pem'))
  const trusted = { NODE_EXTRA_CA_CERTS: '/tmp/authorities.pem', npm_config_cafile: '/tmp/authorities.pem' }
  return { mounts: { [NPM_CACHE]: '/root/.npm' }, env: { ...env, ...trusted } }
}
