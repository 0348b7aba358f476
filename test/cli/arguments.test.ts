import { expect } from 'chai'
import { readArguments } from '../../src/command-line/arguments.ts'
import { nameOf } from '../../src/command-line/command.ts'
import { columns } from '../../src/command-line/layout.ts'
import { commandHelp, globalHelp, nounHelp } from '../../src/command-line/help.ts'
import { COMMANDS_AT_SERVER } from './commands-at-server.ts'
import { NOUNS } from '../../src/cli/commands.ts'
import { AppError } from '../../src/platform/errors.ts'
import { embeddedPlace } from './command-line.ts'

const COMMANDS = NOUNS.flatMap(({ commands }) => commands)
const SECRET = 'hunter2-hunter2'

/** An example as the shell splits it. */
const words = (line: string) =>
  [...line.replace(/ < .*/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')

function mistake(line: string): string {
  try {
    readArguments(words(line), NOUNS)
  } catch (error) {
    expect(error, line).to.be.instanceOf(AppError)
    expect(error, line).to.have.property('code', 'usage')
    return (error as AppError).message
  }
  throw new Error(`"${line}" was understood`)
}

describe('The command line', () => {
  const place = embeddedPlace()
  after(place.remove)

  it('has help for every noun and every command, with examples that it understands', () => {
    expect(COMMANDS.length).to.be.greaterThan(20)
    const all = globalHelp(NOUNS)
    for (const noun of NOUNS) {
      expect(all, noun.name).to.contain(noun.name)
      expect(readArguments([noun.name, '--help'], NOUNS).kind, noun.name).to.equal('help')
      for (const command of noun.commands) {
        expect(nounHelp(noun), nameOf(command)).to.contain(command.about)
        const help = commandHelp(command)
        expect(help, nameOf(command)).to.contain(`Usage: npm run cli -- ${nameOf(command)}`)
        for (const option of [...Object.keys(command.options ?? {}), 'json', 'help'])
          expect(help, nameOf(command)).to.contain(`--${option}`)
        expect(command.examples, nameOf(command)).not.to.be.empty
        for (const example of command.examples)
          expect(readArguments(words(example), NOUNS), example).to.include({ kind: 'run', command })
      }
    }
  })

  it('offers --server in the help of those commands alone that run on a server', () => {
    const able = [...COMMANDS_AT_SERVER, 'login', 'logout']
    const offered = COMMANDS.filter((command) => /^ {2}--server URL/m.test(commandHelp(command)))
    expect(offered.map(nameOf)).to.have.members(able)
    expect(offered.length).to.be.below(COMMANDS.length)
  })

  it('shows the help when nothing is asked, and for the word help', async () => {
    const [bare, word, option] = await Promise.all([
      place.cli([]),
      place.cli(['help']),
      place.cli(['--help']),
    ])
    expect(bare).to.eql({ code: 0, stdout: `${globalHelp(NOUNS)}\n`, stderr: '' })
    expect([word, option]).to.eql([bare, bare])
    expect(readArguments(['help', 'client'], NOUNS)).to.eql(readArguments(['client', '--help'], NOUNS))
    expect(readArguments(['help', 'client', 'create'], NOUNS)).to.eql(
      readArguments(['client', 'create', '--help'], NOUNS),
    )
    expect(mistake('help acount')).to.contain('the nearest is account')
  })

  it('shows its version', async () => {
    expect(await place.cli(['--version'])).to.eql({ code: 0, stdout: 'account-server 0.1.0\n', stderr: '' })
    expect(await place.printed(['--version'])).to.eql({ version: '0.1.0' })
  })

  it('says that a password among the arguments can be seen', () => {
    const create = COMMANDS.find((command) => nameOf(command) === 'account create')!
    expect(commandHelp(create)).to.match(/process lists.*Prefer --password-stdin/)
  })

  it('names the nearest noun, verb and option', () => {
    expect(mistake('acount list')).to.contain('the nearest is account')
    expect(mistake('clients')).to.contain('the nearest is client')
    expect(mistake('account crate')).to.contain('the nearest is create')
    expect(mistake('client rotate demo')).to.contain('the nearest is rotate-secret')
    expect(mistake('account create --emial a@example.com')).to.contain('the nearest is --email')
    expect(mistake('keys rotate --nwo')).to.contain('the nearest is --now')
    expect(mistake('zzzzzzzz')).to.equal('"zzzzzzzz" is not a command; see npm run cli -- --help')
  })

  it('lines up what a command takes with its options, and names of any script in tables', () => {
    const update = NOUNS.find(({ name }) => name === 'client')!.commands.find(
      ({ verb }) => verb === 'update',
    )!
    const about = (text: string) =>
      commandHelp(update)
        .split('\n')
        .find((line) => line.includes(text))
    const [operand, option] = [about('The client_id of'), about('Metadata by its')]
    expect(operand?.indexOf('The client_id of')).to.equal(option?.indexOf('Metadata by its'))
    const rows = [
      ['示例用户', 'a'],
      ['Zoë Ångström', 'b'],
      ['Пример', 'c'],
    ]
    expect(columns(rows)).to.equal('示例用户      a\nZoë Ångström  b\nПример        c')
  })

  it('says what is missing, given twice, or too much', () => {
    expect(mistake('account')).to.equal(
      'account takes a verb: create, show, list, update, reset-password, disable, enable, factors, reset-factors, keep-factors, unlock, end-sessions, sessions, end-session, apps, revoke-app, verify, send-reset, remove-picture, set-roles, delete, cancel-email, export, keep',
    )
    expect(mistake('account create --password x')).to.contain('needs --email')
    expect(mistake('resource create')).to.contain('needs --identifier and --scope')
    expect(mistake('account show')).to.contain('needs ID_OR_EMAIL')
    expect(mistake('account show a b')).to.contain('takes one ID_OR_EMAIL; 2 were given')
    expect(mistake('account create --email a --email b')).to.equal('--email is given twice')
    expect(mistake('account create --email')).to.equal('--email takes a value: E')
    expect(mistake('account create --email --verified')).to.contain('--email=-…')
    expect(mistake('account create --verified=yes --email a')).to.equal('--verified takes no value')
    expect(mistake('migrate everything')).to.contain('takes no value of its own')
  })

  it('never repeats a value, which may be a secret in the wrong place', () => {
    for (const line of [
      `account create --email a@example.com --pasword ${SECRET}`,
      `account create --email a@example.com --pasword=${SECRET}`,
      `account create --email a@example.com ${SECRET}`,
      `account create --email a@example.com --password --${SECRET}`,
      `account create --password ${SECRET} --password ${SECRET} --email a@example.com`,
      `--password ${SECRET} account create`,
      `account --password ${SECRET} create`,
      `client show demo-app ${SECRET}`,
    ])
      expect(mistake(line), line).not.to.contain('hunter2')
  })

  it('takes several values for one option, values that begin with a dash, and --json anywhere', () => {
    const request = readArguments(
      words('--json client create --name=-x --redirect-uri a --redirect-uri b --json'),
      NOUNS,
    )
    if (request.kind !== 'run') throw new Error('not understood')
    expect(request.input.text('name')).to.equal('-x')
    expect(request.input.texts('redirect-uri')).to.eql(['a', 'b'])
    expect(request.input.flag('json')).to.equal(true)
  })

  it('helps on standard output with exit code 0, and reports mistakes on standard error with 1', async () => {
    const [help, asJson, nounOnly, wrong] = await Promise.all([
      place.cli(['client', 'create', '--help']),
      place.printed(['--help']),
      place.cli(['account', '-h']),
      place.cli(['acount']),
    ])
    expect(help).to.include({ code: 0, stderr: '' })
    expect(help.stdout).to.contain('--redirect-uri U').and.to.contain('Examples')
    expect(asJson).to.have.all.keys('help')
    expect(nounOnly.stdout).to.contain('account disable ID_OR_EMAIL')
    expect(wrong).to.eql({
      code: 1,
      stdout: '',
      stderr:
        'account-server: "acount" is not a command; the nearest is account; see npm run cli -- --help\n',
    })
    expect((await place.refused(['acount'])).error).to.equal('usage')
  })
})
