/**
 * The operator's command line: `npm run cli -- <noun> <verb>`. Owns what is printed where and the exit code; the
 * commands are data: `cli/commands.ts` lists them.
 */
import { NOUNS } from './cli/commands.ts'
import { failureOf, failureText } from './cli/failure.ts'
import { readArguments } from './command-line/arguments.ts'
import type { Request } from './command-line/arguments.ts'
import type { Answer } from './command-line/command.ts'
import { commandHelp, globalHelp, nounHelp } from './command-line/help.ts'
import { drawOn } from './command-line/layout.ts'
import { screenOf } from './command-line/screen.ts'
import type { Parts } from './process/start/parts.ts'
import { serverVersion } from './process/start/start-arguments.ts'

async function main(argv: string[]): Promise<void> {
  const json = argv.includes('--json')
  if (!json) drawOn(screenOf(process.stdout, process.env))
  try {
    const { data, text, exitCode = 0 } = await answerTo(readArguments(argv, NOUNS))
    // The only write to standard output there is.
    process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${text}\n`)
    process.exitCode = exitCode
  } catch (error) {
    process.stderr.write(failureText(failureOf(error), json, screenOf(process.stderr, process.env)))
    process.exitCode = 1
  }
}

async function answerTo(request: Request<Parts>): Promise<Answer> {
  if (request.kind === 'version')
    return { data: { version: serverVersion() }, text: `account-server ${serverVersion()}` }
  if (request.kind === 'help') {
    const help = helpFor(request)
    return { data: { help }, text: help }
  }
  const { command, input } = request
  // Loaded only here: help and mistakes need no settings and no server.
  if (command.opens === 'nothing') return command.run(input)
  if (input.text('server') !== undefined) {
    const { runAtServer } = await import('./cli/at-server.ts')
    return runAtServer({ command, input }, process.env)
  }
  const { loadConfig } = await import('./settings/config.ts')
  if (command.opens === 'settings') return command.run(input, loadConfig(undefined, { persist: false }))
  const { runWithParts } = await import('./cli/prepared-parts.ts')
  return await runWithParts({ command, input }, loadConfig())
}

function helpFor({ noun, command }: Request<Parts> & { kind: 'help' }): string {
  if (command) return commandHelp(command)
  return noun ? nounHelp(noun) : globalHelp(NOUNS)
}

// `… | head` closes the pipe early: that is no failure of the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

await main(process.argv.slice(2))
