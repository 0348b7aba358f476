/**
 * One of the processes of a whole `npm test`: asks for a test file, runs it, and asks for the next. What a file starts for
 * every test of the process, such as servers and a database, is there for the files after it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Mocha from 'mocha'
import { ROOT } from './find-binary.mjs'
import ProjectReporter from './reporter.mjs'

const { timeout, forbidOnly, forbidPending } = JSON.parse(readFileSync(join(ROOT, '.mocharc.json'), 'utf8'))
const RULES = { timeout, forbidOnly, forbidPending }
/** `color` or `plain`, and a text that titles must have in them, if any. */
const [look, grep] = process.argv.slice(2)
let failures = 0

process.on('message', async (file) => {
  if (!file) process.exit(failures > 0 ? 1 : 0)
  failures += await runFile(join(ROOT, file))
  askForNext()
})
process.once('disconnect', () => process.exit(1))
askForNext()

function askForNext() {
  process.send('next')
}

async function runFile(path) {
  const mocha = new Mocha({ reporter: ProjectReporter, grep, color: look === 'color', ...RULES })
  mocha.addFile(path)
  await mocha.loadFilesAsync()
  const failed = await new Promise((resolve) => mocha.run(resolve))
  // Else it goes on to listen for errors that nobody caught, beside the run of the next file.
  mocha.dispose()
  return failed
}
