/** The names of texts about operations and fields in the catalogue. */

/** `op`: the heading. `do`: the button. `about`: what happens. `done`: the notice afterwards.
 * `part`: the heading of what else there is. `page`: a page about it. `kind`: a kind of app. `empty`: a list without a row.
 * `value`: of a field, such as `state.waiting`. `search`: what the search of a section takes.
 * `note`: what a list says beside its rows. `choice`: what an option of a field means. `reason`: why somebody may not use an
 * app. `refusal`: by the code of a problem. `chart`, `series`: of statistics, such as `token.ciba`. */
export type Kind =
  | 'op'
  | 'do'
  | 'about'
  | 'done'
  | 'field'
  | 'section'
  | 'empty'
  | 'part'
  | 'page'
  | 'kind'
  | 'tag'
  | 'value'
  | 'search'
  | 'note'
  | 'chart'
  | 'series'
  | 'choice'
  | 'reason'
  | 'refusal'

/** Sections and parts of people: the name of a person is another word than that of a thing in some languages. */
const OF_PEOPLE: readonly string[] = ['accounts', 'waiting-accounts', 'listGroupMembers']

/**
 * `createAccount` is `admin-op-create-account`, and `upstream.label` is `admin-field-upstream-label`. `of`: the section or part
 * that has the field.
 */
export function word(kind: Kind, name: string, of = ''): string {
  const isPerson = kind === 'field' && name === 'name' && OF_PEOPLE.includes(of)
  const words = (isPerson ? 'personName' : name)
    .replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    .replaceAll(/[^a-z0-9]+/g, '-')
  return `admin-${kind}-${words}`
}
