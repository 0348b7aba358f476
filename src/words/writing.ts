/**
 * Which letters stand together in one way of writing: those of one script, or of scripts that a language mixes (Unicode
 * UTS #39, highly restrictive). A Cyrillic "а" among Latin letters looks like another name.
 */

/** UAX #31, tables 5 and 7. */
const SCRIPTS = `
  Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Han Hangul Hebrew
  Hiragana Kannada Katakana Khmer Lao Latin Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan
  Adlam Balinese Bamum Batak Canadian_Aboriginal Chakma Cham Cherokee Hanifi_Rohingya Javanese Kayah_Li Lepcha Limbu
  Lisu Mandaic Meetei_Mayek Miao New_Tai_Lue Newa Nko Nyiakeng_Puachue_Hmong Ol_Chiki Osage Saurashtra Sundanese
  Syloti_Nagri Syriac Tai_Le Tai_Tham Tai_Viet Tifinagh Vai Wancho Yi
`
  .trim()
  .split(/\s+/)

/** Japanese, Chinese and Korean, each with Latin letters. */
const MIXES = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
]

/** Digits, marks and punctuation belong to no script or to that of the letter before them. */
const EVERYWHERE = ['Common', 'Inherited']

const WAYS = [...MIXES, ...SCRIPTS.map((script) => [script])].map((scripts) => {
  const letters = [...EVERYWHERE, ...scripts].map((script) => `\\p{Script=${script}}`)
  return new RegExp(`^[${letters.join('')}]*$`, 'u')
})

export function isOneWriting(text: string): boolean {
  return WAYS.some((way) => way.test(text))
}
