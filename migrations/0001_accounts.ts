/** Accounts and what belongs to one: roles, one-time tokens, sessions, grants, consents; limiter buckets; the audit trail. */
import type { Knex } from 'knex'

const TABLES = [
  'audit_events',
  'consents',
  'account_grants',
  'account_sessions',
  'attempt_buckets',
  'one_time_tokens',
  'account_roles',
  'accounts',
]

export async function up(db: Knex): Promise<void> {
  const create = tableCreator(db)

  await create('accounts', (table) => {
    table.string('id', 36).notNullable().primary()
    table.string('email', 254).notNullable()
    table.string('email_canonical', 254).notNullable().unique('accounts_email_canonical_unique')
    table.string('name', 100).notNullable()
    table.string('username', 64)
    table.string('locale', 35)
    table.string('password_hash', 512)
    table.bigInteger('email_verified_at_ms')
    table.bigInteger('disabled_at_ms')
    table.bigInteger('password_changed_at_ms')
    table.bigInteger('sessions_valid_from_ms').notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('updated_at_ms').notNullable()
    table.index(['created_at_ms', 'id'], 'accounts_created_index')
    table.index(['email_verified_at_ms', 'created_at_ms'], 'accounts_unverified_index')
  })

  await create('account_roles', (table) => {
    ownedByAccount(table, 'account_roles')
    table.string('role', 32).notNullable()
    table.primary(['account_id', 'role'])
    table.index(['role'], 'account_roles_role_index')
  })

  await create('one_time_tokens', (table) => {
    table.string('digest', 43).notNullable().primary()
    ownedByAccount(table, 'one_time_tokens')
    table.string('purpose', 32).notNullable()
    // The address that the mail went to: using the token proves this mailbox and no other.
    table.string('email_canonical', 254).notNullable()
    table.string('code_digest', 43).notNullable()
    table.string('browser_digest', 43)
    // The password chosen together with this request; it becomes the account's only when the token is used.
    table.string('password_hash', 512)
    table.integer('attempts').notNullable().defaultTo(0)
    table.bigInteger('expires_at_ms').notNullable()
    table.bigInteger('used_at_ms')
    table.bigInteger('created_at_ms').notNullable()
    table.index(['account_id', 'purpose'], 'one_time_tokens_account_index')
    table.index(['expires_at_ms'], 'one_time_tokens_expires_index')
  })

  await create('attempt_buckets', (table) => {
    table.string('bucket', 43).notNullable().primary()
    table.integer('failures').notNullable()
    table.bigInteger('expires_at_ms').notNullable()
    table.index(['expires_at_ms'], 'attempt_buckets_expires_index')
  })

  await create('account_sessions', (table) => {
    table.string('uid', 64).notNullable().primary()
    ownedByAccount(table, 'account_sessions')
    table.string('user_agent', 255).notNullable()
    table.string('ip', 45).notNullable()
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('last_seen_at_ms').notNullable()
    table.bigInteger('expires_at_ms').notNullable()
    table.bigInteger('ended_at_ms')
    table.index(['account_id', 'ended_at_ms', 'created_at_ms'], 'account_sessions_active_index')
    table.index(['expires_at_ms'], 'account_sessions_expires_index')
  })

  await create('account_grants', (table) => {
    table.string('grant_id_digest', 43).notNullable().primary()
    ownedByAccount(table, 'account_grants')
    table.string('client_id', 255).notNullable()
    table.string('session_uid', 64)
    table.bigInteger('created_at_ms').notNullable()
    table.bigInteger('expires_at_ms').notNullable()
    table.index(['account_id', 'client_id'], 'account_grants_account_index')
    table.index(['client_id'], 'account_grants_client_index')
    table.index(['expires_at_ms'], 'account_grants_expires_index')
  })

  await create('consents', (table) => {
    ownedByAccount(table, 'consents')
    table.string('client_id', 255).notNullable()
    table.text('scopes', 'mediumtext').notNullable()
    table.text('claims', 'mediumtext').notNullable()
    table.text('resources', 'mediumtext').notNullable()
    table.bigInteger('granted_at_ms').notNullable()
    table.bigInteger('updated_at_ms').notNullable()
    table.primary(['account_id', 'client_id'])
  })

  await create('audit_events', (table) => {
    table.bigIncrements('id')
    table.bigInteger('at_ms').notNullable()
    table.string('action', 64).notNullable()
    table.string('actor', 64).notNullable()
    // No foreign key: the trail outlives the account.
    table.string('account_id', 36)
    table.string('ip', 45)
    table.text('detail', 'mediumtext').notNullable()
    table.index(['account_id', 'id'], 'audit_events_account_index')
    table.index(['at_ms'], 'audit_events_at_index')
  })
}

export async function down(db: Knex): Promise<void> {
  for (const name of TABLES) await db.schema.dropTableIfExists(name)
}

type Columns = (table: Knex.CreateTableBuilder) => void

function tableCreator(db: Knex) {
  const onMysql = db.client.config.client === 'mysql2'
  return async (name: string, columns: Columns): Promise<void> => {
    await db.schema.createTable(name, (table) => {
      if (onMysql) {
        table.charset('utf8mb4')
        table.collate('utf8mb4_bin')
        table.engine('InnoDB')
      }
      columns(table)
    })
  }
}

function ownedByAccount(table: Knex.CreateTableBuilder, name: string): void {
  table.string('account_id', 36).notNullable()
  table.foreign('account_id', `${name}_account_foreign`).references('accounts.id').onDelete('CASCADE')
}
