/** Whether a browser may say that somebody signed out at an upstream (OpenID Connect Front-Channel Logout 1.0). */
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('upstreams', (table) => {
    table.boolean('frontchannel_logout').notNullable().defaultTo(false)
  })
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('upstreams', (table) => {
    table.dropColumn('frontchannel_logout')
  })
}
