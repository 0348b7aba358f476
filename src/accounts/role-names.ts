/** The roles that an account may have in this service. Imports nothing: the command line's help lists these. */

export const ROLES = ['admin'] as const
export type Role = (typeof ROLES)[number]
