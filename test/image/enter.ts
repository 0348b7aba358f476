/**
 * Runs programs with a folder as their root, as a container does: with mounts and process ids of their own, as a user of that
 * root, with the variables that are given and no others. The network is that of the machine. Needs root.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from './dockerfile.ts'

/** What a program sees. */
export type Place = {
  root: string
  cwd: string
  env: Record<string, string>
  user: string
  /** Folders of the machine that are seen at a path of the root. */
  mounts?: Record<string, string>
  /** Folders that can be written to. Unless given, all of the root can. */
  writable?: string[]
}

export type Entered = {
  child: ChildProcess
  /** Its exit code when it has ended; `null` after a signal. */
  ended: Promise<number | null>
  output: () => string
  /** The process id of the program on the machine: the first process of its root. */
  pid: () => number
}

/** Starts `command` there. It ends at the latest with this process. */
export function enter(place: Place, command: Command): Entered {
  const { uid, gid, home } = userOf(place)
  const env = { PATH: PATH_INSIDE, HOME: home, ...place.env }
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const words = 'shell' in command ? ['/bin/sh', '-c', command.shell] : command.words
  const chroot = [`--userspec=${uid}:${gid}`, '--groups=', place.root, 'env', '-i', ...variables]
  const inside = ['chroot', ...chroot, '/bin/sh', '-c', 'cd "$0" && exec "$@"', place.cwd, ...words]
  const own = [
    '--mount',
    '--pid',
    '--fork',
    '--kill-child=KILL',
    '/bin/sh',
    '-c',
    mountsOf(place),
    place.root,
  ]
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...own, ...inside], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return {
    child,
    ended: once(child, 'close').then(([code]) => code as number | null),
    output: () => output,
    pid: () => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()),
  }
}

const PATH_INSIDE = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A script for the shell, with the root as its first word; what it mounts goes with the last program there. */
function mountsOf({ mounts = {}, writable }: Place): string {
  const bound = Object.entries(mounts).map(([from, to]) => `mount --bind '${from}' "$0${to}"`)
  const kept = (writable ?? []).map((folder) => `mount --bind "$0${folder}" "$0${folder}"`)
  const readOnly = ['mount --bind "$0" "$0"', ...kept, 'mount -o remount,ro,bind "$0"']
  return [
    'set -e',
    ...(writable ? readOnly : []),
    'mount --rbind /dev "$0/dev"',
    'mount -t proc proc "$0/proc"',
    ...bound,
    'exec "$@"',
  ].join('\n')
}

/** A user of the root by name or number. */
export function userOf({ root, user }: Pick<Place, 'root' | 'user'>) {
  const users = readFileSync(join(root, 'etc/passwd'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':'))
  const found = users.find(([name, , uid]) => name === user || uid === user)
  if (!found) throw new Error(`the image has no user "${user}"`)
  const [, , uid = '', gid = '', , home = '/'] = found
  return { uid: Number(uid), gid: Number(gid), home }
}
