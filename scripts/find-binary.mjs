/** Finds programs: the project's own cache, PATH, then the folders an ordinary user's PATH leaves out. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
/** Where programs go that could not be installed into the system. */
export const SERVICES_CACHE = join(ROOT, '.cache', 'services')

const ELSEWHERE = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/sbin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/Applications/Google Chrome.app/Contents/MacOS',
  '/Applications/Chromium.app/Contents/MacOS',
]

/** In the order of preference; the headless shell is the smallest and starts fastest. */
export const CHROMIUM_NAMES = [
  'chromium-headless-shell',
  'chromium',
  'google-chrome-stable',
  'google-chrome',
  'Google Chrome',
  'Chromium',
]

/**
 * The full path of the first of `names` that exists and may be run.
 * @param {string[]} names
 * @returns {string | undefined}
 */
export function findBinary(...names) {
  const folders = [join(SERVICES_CACHE, 'bin'), ...(process.env.PATH ?? '').split(delimiter), ...ELSEWHERE]
  for (const name of names) {
    const found = folders
      .filter(Boolean)
      .map((folder) => join(folder, name))
      .find(isProgram)
    if (found) return found
  }
  return undefined
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
