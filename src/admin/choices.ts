/** Fields that take one of the things that there are, such as a role: their options are read, and offered in the form. */
import type { Desk } from './desk.ts'
import type { Field } from './form.ts'
import type { Act, Shown } from './sections/section.ts'

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
    abouts: Object.fromEntries(things.map(({ name, description }) => [name, description])),
  }
}
