/** Whether the API and the command line do the same, in the same words. `ways.ts` is the table. */
import { expect } from 'chai'
import { COMMANDS_AT_SERVER } from '../cli/commands-at-server.ts'
import { NOUNS } from '../../src/cli/commands.ts'
import { nameOf } from '../../src/command-line/command.ts'
import { readDocument } from '../api/described.ts'
import { sqliteStage } from '../provider/stage.ts'
import { ROWS, THROUGH_ANOTHER } from './ways.ts'
import type { Row, Way } from './ways.ts'

type Column = Exclude<keyof Row, 'words'>

/** For each way, all that there is. Operations of persons and programs are of their own accounts, or of people who register. */
const THERE: Record<Column, () => Promise<string[]>> = {
  api: async () => {
    const { operations } = await readDocument(await sqliteStage())
    return operations.filter(({ caller }) => caller === 'administrator').map(({ id }) => id)
  },
  cli: async () => NOUNS.flatMap(({ commands }) => commands.map(nameOf)),
}
const COLUMNS = Object.keys(THERE) as Column[]

/** Where the API has another word for the verb of a command. */
const VERBS: Readonly<Record<string, string>> = { show: 'get' }

describe('the ways to operate the server', () => {
  for (const column of COLUMNS)
    it(`${column}: has each row once, and a row for each that there is`, async () => {
      const listed = ROWS.map((row) => row[column]).filter(isThere)
      expect(listed).to.have.length.greaterThan(30)
      expect(listed.toSorted()).to.eql((await THERE[column]()).toSorted())
    })

  it('have a reason, in a sentence, where there is but one', () => {
    for (const row of ROWS) {
      const there = COLUMNS.filter((column) => isThere(row[column]))
      expect(there, JSON.stringify(row)).not.to.eql([])
      for (const column of COLUMNS) {
        const way = row[column]
        if (!isThere(way)) expect(way.none, JSON.stringify(row)).to.match(/^\S.{8,}\.$/)
      }
    }
  })

  it('lead to a running server (--server) for each command that the API can do', () => {
    const able = ROWS.flatMap(({ api, cli }) => (isThere(api) && isThere(cli) ? [cli] : []))
    expect([...COMMANDS_AT_SERVER].toSorted()).to.eql([...able, ...Object.keys(THROUGH_ANOTHER)].toSorted())
  })

  it('have the same noun and verb, but where a row says why', () => {
    for (const { api, cli, words } of ROWS) {
      if (!isThere(api) || !isThere(cli)) continue
      const named = operationOf(cli, api)
      if (words === undefined) expect(api, cli).to.equal(named)
      else expect(api, `${cli}: the words are the same, so the row needs no reason`).not.to.equal(named)
    }
  })
})

function isThere(way: Way): way is string {
  return typeof way === 'string'
}

/** `account end-sessions` is `endAccountSessions`; `group list` is `listGroups`. */
function operationOf(command: string, api: string): string {
  const [noun = '', words = ''] = command.split(' ')
  const [verb = '', ...what] = words.split('-')
  const subject = [noun, ...what].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  const isList = verb === 'list' && api.endsWith('s')
  return `${VERBS[verb] ?? verb}${subject}${isList ? 's' : ''}`
}
