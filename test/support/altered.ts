/** The text with another last letter. Tokens may end in any letter, so one letter alone would sometimes alter nothing. */
export function altered(text: string): string {
  return `${text.slice(0, -1)}${text.endsWith('_') ? '-' : '_'}`
}
