import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

const HOME = join(import.meta.dirname, '..')
const TITLE = /^(.+) runs (\d+) functions of (\d+) files in (\d+) folders:$/m

describe('npm run trace', () => {
  let stdout: string

  before(async () => {
    const printed = await promisify(execFile)(process.execPath, ['test/trace.ts'], { cwd: HOME })
    stdout = printed.stdout
  })

  it('names the files and functions that an introspection, a refresh, a sign-in and a registration run', () => {
    const [introspection = '', refresh = '', signIn = '', registration = ''] = stdout.trim().split('\n\n')
    for (const part of [introspection, refresh, signIn, registration]) {
      const [, , functions, files, folders] = (TITLE.exec(part) ?? []).map(Number)
      expect(part.match(/^ {2}src\//gm), part.slice(0, 80)).to.have.length(files!)
      expect(functions, part.slice(0, 80)).to.be.greaterThan(files!)
      expect(files, part.slice(0, 80)).to.be.greaterThan(folders!)
      expect(part, part.slice(0, 80)).to.match(/^ {2}src\/http\/access-log\.ts$/m)
    }
    expect(introspection)
      .to.match(/^An introspection/)
      .and.include('completeIntrospection:')
    expect(refresh)
      .to.match(/^A refresh/)
      .and.not.include('completeIntrospection:')
    expect(signIn).to.match(/^A sign-in/)
    expect(introspection + refresh).not.to.include('verifyPassword:')
    expect(signIn).to.include('verifyPassword:')
    expect(registration).to.match(/^A registration/)
  })

  it('keeps an introspection to 15 files beside platform and http', () => {
    const [introspection = ''] = stdout.split('\n\n')
    const [, files] = /^\((\d+) files beside platform and http/m.exec(introspection) ?? []
    expect(Number(files), introspection).to.be.within(10, 15)
  })

  it('visits every file that ARCHITECTURE.md names on the way of a request', () => {
    const document = readFileSync(join(HOME, 'ARCHITECTURE.md'), 'utf8')
    for (const way of ['A sign-in', 'An introspection', 'A registration']) {
      const [, described = ''] = document.split(`### ${way}\n`)
      const files = [...(described.split('\n##')[0] ?? '').matchAll(/`(src\/[^`]+)`/g)].map(
        ([, file]) => file,
      )
      const visited = stdout.split('\n\n').find((part) => part.startsWith(way))
      expect(files, way).to.have.length.greaterThan(3)
      for (const file of files) expect(visited, way).to.include(`  ${file}\n`)
    }
  })
})
