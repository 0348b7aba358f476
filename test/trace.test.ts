import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'

const HOME = join(import.meta.dirname, '..')
const TITLE = /^(.+) runs (\d+) functions of (\d+) files in (\d+) folders:$/m

describe('npm run trace', () => {
  it('names the files and functions that an introspection, a refresh and a whole sign-in run', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['test/trace.ts'], { cwd: HOME })
    const [introspection = '', refresh = '', signIn = ''] = stdout.trim().split('\n\n')
    for (const part of [introspection, refresh, signIn]) {
      const [, , functions, files, folders] = (TITLE.exec(part) ?? []).map(Number)
      expect(part.match(/^ {2}src\//gm), part.slice(0, 80)).to.have.length(files!)
      expect(functions).to.be.greaterThan(files!)
      expect(files).to.be.greaterThan(folders!)
      expect(part).to.match(/^ {2}src\/http\/access-log\.ts$/m)
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
  })
})
