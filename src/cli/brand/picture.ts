/** Takes a picture of a page in a file, if this machine has Chromium. */
import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const NAMES = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
]
const TIMEOUT_MS = 60_000

type Shot = { page: string; picture: string; width: number; height: number }

/** False where there is no Chromium, or it fails: the page itself shows the same. */
export async function takePicture(
  { page, picture, width, height }: Shot,
  env: Partial<Record<'CHROME_PATH' | 'PATH', string>> = process.env,
): Promise<boolean> {
  const program = chromiumIn(env)
  if (program === undefined) return false
  const profile = mkdtempSync(join(tmpdir(), 'account-server-preview-'))
  const isRoot = process.getuid?.() === 0
  const options = [
    '--headless',
    '--disable-gpu',
    '--hide-scrollbars',
    '--no-first-run',
    // Chromium does not start as root with its sandbox. It reads nothing but the file that was written here.
    ...(isRoot ? ['--no-sandbox'] : []),
    `--user-data-dir=${profile}`,
    `--window-size=${width},${height}`,
    `--screenshot=${picture}`,
    pathToFileURL(page).href,
  ]
  try {
    return (await exitCodeOf(program, options)) === 0
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** `CHROME_PATH` names another one. */
function chromiumIn({
  CHROME_PATH: own,
  PATH = '',
}: Parameters<typeof takePicture>[1] & {}): string | undefined {
  const folders = PATH.split(delimiter).filter(Boolean)
  const places = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...(own ? [own] : []), ...places].find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function exitCodeOf(program: string, options: string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, options, { stdio: 'ignore', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' })
    child.once('error', () => resolve(null))
    child.once('exit', resolve)
  })
}
