/** What people read on: how wide it is, and whether it shows colours. A pipe and a file are no terminal and have neither. */

export type Screen = {
  /** In columns. Absent where the output is no terminal: then nothing is cut or wrapped. */
  width?: number
  colour: boolean
}

export const PLAIN: Screen = { colour: false }

type Stream = { isTTY?: boolean; columns?: number }

/** `FORCE_COLOR` counts before `NO_COLOR`, as in Node.js. Either is off while it is empty. */
export function screenOf({ isTTY = false, columns }: Stream, environment: NodeJS.ProcessEnv): Screen {
  const { FORCE_COLOR: forced, NO_COLOR: refused, TERM: terminal } = environment
  const colour = forced ? forced !== '0' && forced !== 'false' : !refused && isTTY && terminal !== 'dumb'
  return { colour, ...(isTTY && columns !== undefined && columns > 0 && { width: columns }) }
}

const INKS = { bold: [1, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const

export type Ink = keyof typeof INKS

/** The text as it is where the screen shows no colours. */
export function painted(text: string, ink: Ink | undefined, { colour }: Screen): string {
  if (!colour || ink === undefined || text === '') return text
  const [on, off] = INKS[ink]
  return `\u001b[${on}m${text}\u001b[${off}m`
}
