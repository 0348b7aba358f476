/** What the suite calls as `automated_ciba_approval_url`: each call is one press of a button by the person. */
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createPerson } from './person.ts'
import type { Decision, Person } from './person.ts'

type Needs = {
  person: Person
  /** The address with `{action}` and `{auth_req_id}` in it; the part before them is a secret. */
  template: string
  say?: (line: string) => void
}

/** Not yet listening. */
export function createApprovalServer({ person, template, say = () => {} }: Needs): Server {
  const answer = createPerson(person)
  const path = new URL(template).pathname.replaceAll('%7B', '{').replaceAll('%7D', '}')
  const [start = ''] = path.split('{action}')
  const expected = /^(allow|deny)\/([A-Za-z0-9._~-]{1,512})$/
  // One after the other: it is one person with one browser.
  let last: Promise<unknown> = Promise.resolve()
  return createServer((request, response) => {
    const given = request.url?.startsWith(start) ? request.url.slice(start.length) : ''
    const [, action, id] = expected.exec(given) ?? []
    if (request.method !== 'POST' || !action || !id) {
      response.writeHead(404).end()
      return
    }
    const done = last.then(() => answer(id, action as Decision))
    last = done.catch(() => {})
    const finish = (status: number, body: object) => {
      say(`${action}: ${status === 200 ? 'done' : JSON.stringify(body)}`)
      response
        .writeHead(status, { 'content-type': 'application/json', connection: 'close' })
        .end(JSON.stringify(body))
    }
    done.then(
      () => finish(200, { action }),
      (error: Error) => finish(502, { error: error.message }),
    )
  })
}
