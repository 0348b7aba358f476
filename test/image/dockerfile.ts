/** Reads a Dockerfile: its stages, and their instructions in order. What it does not know is an error, never skipped. */

/** A command: words, or a line for the shell. */
export type Command = { words: string[] } | { shell: string }

export type Instruction =
  | { kind: 'COPY'; from: string | undefined; sources: string[]; target: string }
  | { kind: 'RUN' | 'CMD'; command: Command }
  | { kind: 'ENV'; values: Record<string, string> }
  | { kind: 'WORKDIR' | 'USER' | 'VOLUME' | 'EXPOSE'; value: string }
  | { kind: 'HEALTHCHECK'; command: Command; options: Record<string, string> }

export type Stage = { base: string; name: string; instructions: Instruction[] }

/**
 * The stages of a Dockerfile, in order; the last one is the image.
 * @throws {Error} naming an instruction, a flag or a form that it does not know
 */
export function readDockerfile(text: string): Stage[] {
  const stages: Stage[] = []
  for (const line of linesOf(text)) {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.+)$/s.exec(line) ?? []
    if (word === 'FROM') stages.push(stageOf(rest, stages.length))
    else if (stages.length === 0) throw new Error(`Dockerfile: "${line}" comes before FROM`)
    else stages.at(-1)!.instructions.push(instructionOf(word, rest, line))
  }
  if (stages.length === 0) throw new Error('Dockerfile: no FROM')
  return stages
}

/** Comment lines go, also between the lines of one instruction; a backslash at the end joins the next line. */
function linesOf(text: string): string[] {
  const kept = text.split('\n').filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
  const joined = kept.join('\n').replaceAll(/\\\s*\n\s*/g, ' ')
  return joined.split('\n').map((line) => line.trim())
}

function stageOf(rest: string, index: number): Stage {
  const [, base = '', name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(rest) ?? []
  if (!base) throw new Error(`Dockerfile: FROM ${rest} is of a form that is not known here`)
  return { base, name: name ?? String(index), instructions: [] }
}

function instructionOf(word: string, rest: string, line: string): Instruction {
  const { flags, words } = withFlags(rest)
  const allowed = ALLOWED_FLAGS[word] ?? []
  const unknown = Object.keys(flags).find((flag) => !allowed.includes(flag))
  if (unknown) throw new Error(`Dockerfile: ${word} has a flag that is not known here: --${unknown}`)
  switch (word) {
    case 'COPY':
      return copyOf(words, flags['from'])
    case 'RUN':
    case 'CMD':
      return { kind: word, command: commandOf(words) }
    case 'ENV':
      return { kind: word, values: valuesOf(words) }
    case 'WORKDIR':
    case 'USER':
    case 'VOLUME':
    case 'EXPOSE':
      return { kind: word, value: words }
    case 'HEALTHCHECK':
      return { kind: word, command: commandOf(words.replace(/^CMD\s+/, '')), options: flags }
    default:
      throw new Error(`Dockerfile: an instruction that is not known here: ${line}`)
  }
}

const ALLOWED_FLAGS: Record<string, string[]> = {
  COPY: ['from'],
  HEALTHCHECK: ['interval', 'timeout', 'start-period', 'retries'],
}

function withFlags(rest: string): { flags: Record<string, string>; words: string } {
  const flags: Record<string, string> = {}
  let words = rest
  for (let found = FLAG.exec(words); found; found = FLAG.exec(words)) {
    flags[found[1]!] = found[2]!
    words = words.slice(found[0].length)
  }
  return { flags, words }
}

const FLAG = /^--([a-z-]+)=(\S+)\s+/

function copyOf(words: string, from: string | undefined): Instruction {
  const paths = words.split(/\s+/)
  const target = paths.pop()
  if (!target || paths.length === 0) throw new Error(`Dockerfile: COPY ${words} names no target`)
  return { kind: 'COPY', from, sources: paths, target }
}

function commandOf(words: string): Command {
  if (!words.startsWith('[')) return { shell: words }
  const parsed: unknown = JSON.parse(words)
  if (!Array.isArray(parsed) || !parsed.every((word) => typeof word === 'string'))
    throw new Error(`Dockerfile: ${words} is no list of words`)
  return { words: parsed }
}

function valuesOf(words: string): Record<string, string> {
  const values: Record<string, string> = {}
  for (const pair of words.split(/\s+/)) {
    const [name = '', ...value] = pair.split('=')
    if (value.length === 0 || pair.includes('"'))
      throw new Error(`Dockerfile: ENV ${words} is not name=value`)
    values[name] = value.join('=')
  }
  return values
}
