import { expect } from 'chai'
import { ConfigError } from '../../src/settings/config-error.ts'
import { loadConfig } from '../../src/settings/config.ts'

/** What mails link to, where the pages are the organisation's own. */
describe('settings of pages of your own', () => {
  for (const name of ['ACTIVATE', 'RESET'] as const)
    describe(`for the link of ${name.toLowerCase()}`, () => {
      const setting = `ACCOUNT_SERVER_WORKER_ACCOUNT_${name}_WEBURL_F`
      function linkOf(address: string): string {
        const { mail } = loadConfig({ [setting]: address }, { persist: false })
        return name === 'ACTIVATE' ? mail.workerAccountActivateWeburlF : mail.workerAccountResetWeburlF
      }

      for (const mark of ['{token}', '{}', '{0}', '%s'])
        it(`take ${mark} for the token`, () => {
          expect(linkOf(`https://x.example/a?t=${mark}`)).to.equal('https://x.example/a?t={token}')
        })

      it('refuse an address without a token', () => {
        expect(() => linkOf('https://x/y'))
          .to.throw(ConfigError)
          .with.property('problems')
          .with.lengthOf(1)
      })
    })
})
