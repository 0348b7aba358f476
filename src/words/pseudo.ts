/** English in strange letters: what a page shows in ordinary ones is not in the catalogue. */

const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const STRANGE = Array.from('àƀćďéƒĝĥîĵķļɱñôþqŕšţûṽŵẋýžÀƁĆĎÉƑĜĤÎĴĶĻṀÑÔÞQŔŠŢÛṼŴẊÝŽ')

/** Keeps the names of slots. */
export function pseudo(text: string): string {
  const [first = '', ...pieces] = text.split('<')
  return [accented(first), ...pieces.map(afterTag)].join('<')
}

function afterTag(piece: string): string {
  const end = piece.indexOf('>') + 1
  return piece.slice(0, end) + accented(piece.slice(end))
}

function accented(text: string): string {
  return Array.from(text, (letter) => STRANGE[PLAIN.indexOf(letter)] ?? letter).join('')
}
