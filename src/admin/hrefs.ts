/** Addresses of the administration pages. */
import { CONSOLE_PATH } from '../operations/own-clients/console-client.ts'
import type { Act, Section } from './sections/section.ts'

/** In place of a thing: what is done without one. No id is a hyphen. */
export const NO_THING = '-'

export function sectionHref(section: string): string {
  return `${CONSOLE_PATH}/${section}`
}

export function thingHref(section: string, key: string): string {
  return `${sectionHref(section)}/${encodeURIComponent(key)}`
}

export function actHref({ name }: Section, { verb }: Pick<Act, 'verb'>, key?: string): string {
  return `${thingHref(name, key ?? NO_THING)}/${verb}`
}
