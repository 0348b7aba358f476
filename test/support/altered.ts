/** The text with another letter before the last. Of the last one, base64url may ignore some bits. */
export function altered(text: string): string {
  const [before, changed, last] = [text.slice(0, -2), text.at(-2), text.slice(-1)]
  return `${before}${changed === '_' ? '-' : '_'}${last}`
}
