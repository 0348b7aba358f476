/** Requests to the operations about clients and resource servers. */
import type { Stage } from '../provider/stage.ts'
import type { Request } from './good-requests.ts'

type Make = () => Promise<Request>
type Created = (path: string, body: Record<string, unknown>) => Promise<Record<string, unknown>>

const CLIENT = { client_name: 'A', redirect_uris: ['https://app.example.com/callback'] }
let count = 0
const anyIdentifier = () => `https://status-${(count += 1)}-${Date.now()}.example.com`

export function clientRequests(
  stage: Stage,
  { own: token, created }: { own: string; created: Created },
): Record<'good' | 'refused', Record<string, Make>> {
  const onClient =
    (verb = '', body?: Record<string, unknown>): Make =>
    async () => {
      const { client_id: id } = await created('/clients', CLIENT)
      return { path: `/clients/${String(id)}${verb}`, token, ...(body && { body }) }
    }
  const onResource =
    (verb = '', body?: Record<string, unknown>): Make =>
    async () => {
      const identifier = anyIdentifier()
      await created('/resources', { identifier })
      return { path: `/resources/${encodeURIComponent(identifier)}${verb}`, token, ...(body && { body }) }
    }
  return {
    good: {
      listClients: async () => ({ path: '/clients', token }),
      createClient: async () => ({ path: '/clients', token, body: CLIENT }),
      getClient: onClient(),
      listClientErrors: onClient('/errors'),
      listClientExchangeRules: onClient('/exchange-rules'),
      previewClient: async () => onClient(`/preview?account=${(await stage.person()).id}`)(),
      updateClient: onClient('', { client_name: 'B' }),
      deleteClient: onClient(),
      rotateClientSecret: onClient('/rotate-secret', {}),
      disableClient: onClient('/disable'),
      enableClient: onClient('/enable'),
      listResources: async () => ({ path: '/resources', token }),
      createResource: async () => ({ path: '/resources', token, body: { identifier: anyIdentifier() } }),
      getResource: onResource(),
      listResourceDetailsTypes: onResource('/authorization-details-types'),
      updateResource: onResource('', { name: 'B' }),
      deleteResource: onResource(),
    },
    refused: {
      'deleteClient 409': async () => {
        const { client_id: id } = await created('/resources', { identifier: anyIdentifier() })
        return { path: `/clients/${String(id)}`, token }
      },
      'updateResource 409': async () => {
        const fields = { iban: { label: 'Account' } }
        const types = [{ type: `type-${(count += 1)}`, title: 'A type', fields }]
        await created('/resources', { identifier: anyIdentifier(), authorization_details_types: types })
        return onResource('', { authorization_details_types: types })()
      },
    },
  }
}
