/** How far a storm is: one line that is written over in a terminal, and elsewhere a line from time to time. */

type Output = { isTTY?: boolean; write: (text: string) => unknown }

const TERMINAL_EVERY_MS = 500
const FILE_EVERY_MS = 15_000

export function showProgress(
  { transfers, kills }: { transfers: number; kills: number },
  output: Output,
  now: () => number = () => performance.now(),
) {
  const everyMs = output.isTTY ? TERMINAL_EVERY_MS : FILE_EVERY_MS
  const startedAtMs = now()
  let saidAtMs = startedAtMs
  const say = (text: string) => output.write(output.isTTY ? `\r\u001b[K${text}` : `${text}\n`)
  return {
    onProgress(done: number, killed: number): void {
      if (now() - saidAtMs < everyMs) return
      saidAtMs = now()
      const perSecond = (done * 1000) / (saidAtMs - startedAtMs)
      const left = timeLeft((transfers - done) / perSecond)
      say(`  ${done} of ${transfers}, ${Math.round(perSecond)}/s, killed ${killed} of ${kills}, ${left} left`)
    },
    onCheck(): void {
      say('  All are answered. Checking keys and books …')
      if (output.isTTY) output.write('\n')
    },
  }
}

function timeLeft(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`
}
