/** English in strange letters: what a page shows in ordinary ones is not in the catalogue. */

const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const STRANGE = Array.from('àƀćďéƒĝĥîĵķļɱñôþqŕšţûṽŵẋýžÀƁĆĎÉƑĜĤÎĴĶĻṀÑÔÞQŔŠŢÛṼŴẊÝŽ')

/** Keeps the names of slots. */
export function pseudo(text: string): string {
  return text
    .split(/(<[^>]*>)/)
    .map((piece, index) => (index % 2 ? piece : Array.from(piece, strange).join('')))
    .join('')
}

function strange(letter: string): string {
  return STRANGE[PLAIN.indexOf(letter)] ?? letter
}
