/** Debian and Ubuntu packages: installed into the system by root, unpacked into .cache/services by anyone else. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { SERVICES_CACHE, findBinary } from './find-binary.mjs'
import { runQuietly } from './step.mjs'

const ENV = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
const UNPACKED = join(SERVICES_CACHE, 'root')
const QUIET = ['-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300']

export function canUseApt() {
  return process.platform === 'linux' && Boolean(findBinary('apt-get') && findBinary('dpkg'))
}

/** @param {string[]} packages */
export async function installFromApt(packages) {
  if (process.getuid() === 0) await installIntoSystem(packages)
  else await unpackIntoCache(packages)
}

async function installIntoSystem(packages) {
  await update([])
  const giveBack = forbidServiceStart()
  try {
    await runQuietly('apt-get', ['install', ...QUIET, ...packages], { env: ENV })
  } finally {
    giveBack()
  }
}

// An unreachable third-party source makes the update fail while Debian's own lists are fine: the next step decides.
async function update(options) {
  await runQuietly('apt-get', [...options, 'update'], { env: ENV }).catch(() => {})
}

const POLICY = '/usr/sbin/policy-rc.d'

/** Keeps a package from starting its service on this machine (invoke-rc.d's policy); returns what undoes it. */
function forbidServiceStart() {
  if (existsSync(POLICY)) return () => {}
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return () => rmSync(POLICY, { force: true })
}

async function unpackIntoCache(packages) {
  const downloads = join(SERVICES_CACHE, 'downloads')
  for (const folder of ['lists/partial', 'archives/partial', 'downloads']) {
    mkdirSync(join(SERVICES_CACHE, folder), { recursive: true })
  }
  const options = ownState()
  await update(options)
  const plan = await runQuietly('apt-get', [...options, 'install', '--print-uris', ...QUIET, ...packages])
  const names = [...plan.matchAll(/^'[^']*' ([^_\s]+)_\S+\.deb /gm)].map(([, name]) => name)
  if (names.length > 0) await runQuietly('apt-get', [...options, 'download', ...names], { cwd: downloads })
  for (const file of readdirSync(downloads)) {
    await runQuietly('dpkg', ['-x', join(downloads, file), UNPACKED])
  }
  for (const folder of ['downloads', 'lists', 'archives']) {
    rmSync(join(SERVICES_CACHE, folder), { recursive: true, force: true })
  }
  writeWrappers()
}

/** Lets apt-get work without root: its own package lists and cache, no lock on the system's. */
function ownState() {
  const settings = [
    `Dir::State::lists=${join(SERVICES_CACHE, 'lists')}/`,
    `Dir::Cache::archives=${join(SERVICES_CACHE, 'archives')}/`,
    'Dir::Cache::pkgcache=',
    'Dir::Cache::srcpkgcache=',
    'Debug::NoLocking=1',
  ]
  return settings.flatMap((setting) => ['-o', setting])
}

/** Chromium's own starter in usr/bin knows only the place where the package installs it. */
const PROGRAMS = [
  'usr/sbin/mariadbd',
  'usr/bin/mariadb-install-db',
  'usr/bin/redis-server',
  'usr/bin/kcat',
  'usr/sbin/nginx',
  'usr/bin/caddy',
  'usr/lib/chromium/chromium-headless-shell',
]

/** Unpacked programs need the places of their libraries, fonts and support files. */
function writeWrappers() {
  const bin = join(SERVICES_CACHE, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(SERVICES_CACHE, 'fonts.conf'), fontsConf())
  for (const program of PROGRAMS.map((path) => join(UNPACKED, path)).filter(existsSync)) {
    writeFileSync(join(bin, basename(program)), wrapper(program), { mode: 0o755 })
  }
}

function wrapper(program) {
  return `#!/bin/sh
export LD_LIBRARY_PATH=${quoted(libraryFolders().join(':'))}
export FONTCONFIG_FILE=${quoted(join(SERVICES_CACHE, 'fonts.conf'))}
exec ${quoted(program)} "$@"
`
}

function libraryFolders() {
  return ['usr/lib', 'lib'].flatMap((folder) => {
    const full = join(UNPACKED, folder)
    const inside = existsSync(full) ? readdirSync(full).filter((name) => name.endsWith('-linux-gnu')) : []
    return inside.map((name) => join(full, name))
  })
}

function fontsConf() {
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${join(UNPACKED, 'usr/share/fonts').replace(/&/g, '&amp;')}</dir><dir>/usr/share/fonts</dir></fontconfig>
`
}

function quoted(text) {
  return `'${text.replace(/'/g, `'\\''`)}'`
}
