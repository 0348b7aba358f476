/** Fields that take one of the things that there are, such as a role: their options are read, and offered in the form. */
import { given } from '../words/message.ts'
import { codesOffered } from './wording/codes.ts'
import type { OptionGroup } from './wording/codes.ts'
import { theOperation } from './console-api.ts'
import type { Desk } from './desk.ts'
import { optionsOf as valuesOf } from './form.ts'
import type { Field } from './form.ts'
import type { Act, Section, Shown } from './sections/section.ts'
import { wordsOfRole } from './shown.ts'

/** Without the fields that the person may not fill in. */
export async function withChoices(
  { api, may }: Pick<Desk, 'api' | 'may'>,
  { choices = {} }: Pick<Act, 'choices'>,
  fields: readonly Field[],
): Promise<Field[]> {
  const offered: Field[] = []
  for (const field of fields) {
    const choice = choices[field.name]
    if (!choice) offered.push(field)
    else if (may(choice.takes)) offered.push(optionsOf(field, (await api({ id: choice.id })).body))
  }
  return offered
}

function optionsOf(field: Field, { items }: Shown): Field {
  const things = items as { name: string; description: string }[]
  return {
    ...field,
    kind: field.kind === 'lines' ? 'choices' : 'choice',
    options: things.map(({ name }) => name),
    abouts: Object.fromEntries(
      things.map(({ name, description }) => [name, wordsOfRole(description) ?? given(description)]),
    ),
  }
}

/** `groups`: empty where the value is typed. */
export type Filter = { name: string; value: string; groups: readonly OptionGroup[] }

/** What a list can be narrowed by, without what the person may not see. */
export async function filtersOf(
  desk: Pick<Desk, 'api' | 'may' | 'services'>,
  { list: { id, filters = [], filterChoices = {} } }: Pick<Section, 'list'>,
  valueOf: (name: string) => string,
): Promise<Filter[]> {
  const listing = theOperation(desk.services.operations, id)
  const offered: Filter[] = []
  for (const name of filters) {
    const choices = filterChoices[name]
    if (choices !== undefined && !desk.may(choices)) continue
    const options = choices === undefined ? valuesOf(listing, name) : await namesIn(desk, choices)
    const groups = options.length > 0 ? [{ options }] : codesOffered(name)
    offered.push({ name, value: valueOf(name), groups })
  }
  return offered
}

/** Nothing where there are more than fit into one page of the API. */
async function namesIn({ api, services }: Pick<Desk, 'api' | 'services'>, id: string): Promise<string[]> {
  const { query } = theOperation(services.operations, id)
  const limit = query && 'limit' in query.shape ? { query: { limit: '200' } } : {}
  const { body } = await api({ id, ...limit })
  return body['next'] === undefined ? (body['items'] as { name: string }[]).map(({ name }) => name) : []
}
