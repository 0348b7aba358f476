/** Resource servers, and their types of authorization details, as `export` and `import` move them. */
import type { MovedTable } from '../platform/sql/moved-table.ts'
import { noteResourceChange } from './resources.ts'

export const MOVED_RESOURCES: MovedTable = {
  type: 'resource',
  plural: 'resource servers',
  table: 'resources',
  key: 'identifier',
  fields: {
    identifier: { kind: 'text', max: 512 },
    name: { kind: 'text', max: 255 },
    scopes: { kind: 'text' },
    scopeTexts: { kind: 'json', nullable: true },
    accessTokenFormat: { kind: 'text', max: 16 },
    accessTokenTtlSeconds: { kind: 'number', nullable: true },
    accessTokenAlg: { kind: 'text', max: 16, nullable: true },
    clientId: { kind: 'text', max: 255 },
    createdAtMs: { kind: 'moment' },
    updatedAtMs: { kind: 'moment' },
  },
  arrived: (sql, { identifier, name, clientId }) =>
    noteResourceChange(sql, 'resource.created', {
      identifier: String(identifier),
      name: String(name),
      clientId: String(clientId),
    }),
}

export const MOVED_DETAILS_TYPES: MovedTable = {
  type: 'authorization_details_type',
  plural: 'types of authorization details',
  table: 'authorization_details_types',
  key: 'type',
  fields: {
    // `type` of a line is what the line is.
    type: { kind: 'text', max: 128, as: 'name' },
    resource: { kind: 'text', max: 512 },
    title: { kind: 'text', max: 255 },
    fields: { kind: 'json' },
    createdAtMs: { kind: 'moment' },
  },
}
