import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { addAccount } from '../../src/accounts/operator/operator-account.ts'
import { findAccountByEmail } from '../../src/accounts/account.ts'
import { rolesOf } from '../../src/accounts/roles.ts'
import { createRole, deleteRole, listRoles, updateRole } from '../../src/accounts/roles/roles.ts'
import type { Parts } from '../../src/process/start/parts.ts'
import { PLACES } from '../cli/command-line.ts'
import type { Place } from '../cli/command-line.ts'

const BY = { actor: 'cli' }
const PERSON = { password: 'seven purple kettles', verified: true, ...BY }
const line = (email: string, roles: string[]) => JSON.stringify({ type: 'account', email, roles })

for (const [name, openPlace] of Object.entries(PLACES))
  describe(`roles of an imported file, on ${name}`, () => {
    let [from, to]: Place[] = []
    let [here, there]: Parts[] = []
    let file: string

    beforeEach(async () => {
      ;[from, to] = [await openPlace(), await openPlace()]
      ;[here, there] = [await from.prepared(), await to.prepared()]
      file = join(from.folder, 'all.ndjson')
      await createRole(here, { name: 'auditors', description: 'Read', scopes: ['audit:read'] }, BY)
      await addAccount(here, { ...PERSON, email: 'ada@example.com', roles: ['auditors', 'support'] })
    })
    afterEach(async () => {
      await Promise.all([from?.remove(), to?.remove()])
    })

    const exported = () => from!.json(['export', file])
    const imported = (...more: string[]) => to!.json(['import', file, '--format', 'ndjson', ...more])
    const rolesAt = async (parts: Parts) =>
      (await listRoles(parts.db)).map(({ name: role, scopes }) => `${role}: ${scopes.join(' ')}`)
    const rolesThere = async (email: string) => {
      const account = await findAccountByEmail(there!.db, email)
      return account && rolesOf(there!.db, account.id)
    }

    it('come with what they allow, also where an operator changed the one for support', async () => {
      await updateRole(here!, 'support', { scopes: ['accounts:read'] }, BY)
      await exported()
      const dry = await imported('--dry-run')
      const report = await imported()
      expect({ ...report, dry_run: true }, 'as the dry run said').to.eql(dry)
      expect(await rolesAt(there!)).to.eql(await rolesAt(here!))
      expect(await rolesThere('ada@example.com')).to.eql(['auditors', 'support'])
      expect((await imported())['others']).to.deep.include({
        roles: { imported: 0, already_here: 2, refused: 0 },
      })
    })

    it('stay as they are where an operator changed the one that is here', async () => {
      await updateRole(there!, 'support', { scopes: ['groups:read'] }, BY)
      await updateRole(here!, 'support', { scopes: ['accounts:read'] }, BY)
      await exported()
      await imported()
      expect(await rolesAt(there!)).to.include('support: groups:read')
    })

    it('that nobody knows end the import of an export before anything is written', async () => {
      await exported()
      const text = readFileSync(file, 'utf8')
      const lines = text.split('\n').filter((one) => !one.includes('"type":"role"'))
      writeFileSync(
        file,
        lines.join('\n').replace(/"lines":(\d+)/, (_, count) => `"lines":${Number(count) - 2}`),
      )
      const refusal = await to!.refused(['import', file, '--format', 'ndjson'])
      expect(refusal.error).to.equal('role_unknown')
      expect(refusal.error_description).to.match(
        /there is no role auditors, here or in the file\..* Nothing was changed\./,
      )
      expect(await rolesThere('ada@example.com')).to.equal(undefined)
    })

    it('that nobody knows refuse the account of another file, in words, and the others come', async () => {
      await deleteRole(there!, 'support', BY)
      writeFileSync(
        file,
        [line('bob@example.com', ['support', 'x']), line('carl@example.com', ['admin'])].join('\n'),
      )
      const report = await imported()
      expect(report).to.deep.include({ imported: 1, refused: 1, refused_by: { role_unknown: 1 } })
      expect(JSON.stringify(report['examples'])).to.contain('there is no role support, x here')
      expect(await rolesThere('bob@example.com')).to.equal(undefined)
      expect(await rolesThere('carl@example.com')).to.eql(['admin'])
    })
  })
