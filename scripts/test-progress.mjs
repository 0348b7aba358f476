/** How far `npm test` is: a line at the foot of a terminal that is written anew; elsewhere a line every half minute. */

const REDRAW_MS = 1000
const LINE_EVERY_MS = 30_000

/**
 * @param {() => string} describe what the line says
 * @returns {{ print: (text: string) => void, stop: () => void }} all other output goes through `print`
 */
export function showProgress(describe, out = process.stdout) {
  const isTerminal = Boolean(out.isTTY)
  const clear = () => isTerminal && out.write('\r\u001b[2K')
  const draw = () => isTerminal && out.write(describe().slice(0, (out.columns ?? 80) - 1))
  const timer = isTerminal
    ? setInterval(() => (clear(), draw()), REDRAW_MS)
    : setInterval(() => out.write(`${describe()}\n`), LINE_EVERY_MS)
  let lineIsOpen = false
  return {
    print(text) {
      if (text === '') return
      clear()
      out.write(text)
      lineIsOpen = !text.endsWith('\n')
      if (!lineIsOpen) draw()
    },
    stop() {
      clearInterval(timer)
      clear()
      if (lineIsOpen) out.write('\n')
    },
  }
}

/** @param {number} milliseconds */
export function clockTime(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
