/** The logo of a client: an upload takes the place of the one before. Files have the limits and refusals of pictures of people. */
import { z } from 'zod'
import type { Client } from '../../clients/client-rows.ts'
import { removeLogo, uploadLogo } from '../../clients/logo/uploaded-logo.ts'
import { BEYOND, operation } from '../../operations/operation.ts'
import type { ApiRequest, Operation } from '../../operations/operation.ts'
import { timeOf } from '../../operations/shown-account.ts'
import { FILE_PROBLEMS, UPLOAD_TYPES, uploadRefused } from '../../pictures/upload-rules.ts'
import { mayUpload } from '../../pictures/uploads.ts'
import { AppError } from '../../platform/errors.ts'
import type { Services } from '../../services.ts'
import { assertReach } from './reach.ts'
import { common, logoAddress, NO_CLIENT, params, showClient, theClient } from './shown-client.ts'

const MIB = 1024 * 1024
const path = '/clients/{client_id}/logo'

const EXAMPLE = {
  address: `https://accounts.example.com/client-logo/demo-app/${'4f1d2c3b4a596877'.repeat(4)}`,
  created_at: '2026-01-05T09:30:00.000Z',
  animated: false,
}

const uploadedLogo = z
  .object({
    address: z.url().describe('A PNG, with no side longer than 512. Anybody may open it.'),
    created_at: z.iso.datetime(),
    animated: z.boolean().describe('The file moves. Its first picture is kept.'),
  })
  .meta({ title: 'Logo', examples: [EXAMPLE] })

const NO_LOGO = {
  logo_not_found: { status: 404, when: 'The client has no uploaded logo.' },
} as const

export function logoOperations(needs: Services): readonly Operation[] {
  return [setting(needs), removing(needs)]
}

function setting(needs: Services): Operation {
  const { pictureLimitBytes: limitBytes } = needs.config.accounts
  return operation({
    ...common,
    path,
    id: 'setClientLogo',
    method: 'put',
    summary: 'Set the logo of a client',
    description: `The body is the file, of at most ${limitBytes / MIB} MiB. The server makes a picture of at most 512 × 512 of it and keeps nothing else. It comes before \`logo_uri\`.`,
    scope: 'clients:manage',
    params,
    upload: { types: UPLOAD_TYPES, limitBytes },
    answer: { status: 200, description: 'The logo.', schema: uploadedLogo },
    problems: { ...NO_CLIENT, ...BEYOND, ...FILE_PROBLEMS },
    async handle(request) {
      if (!mayUpload(needs)) throw uploadRefused('off')
      const clientId = await changeable(needs, request)
      const given = { clientId, bytes: await request.upload(), expects: unchanged(needs, request) }
      const done = await uploadLogo(needs, given)
      if (!done.ok) throw uploadRefused(done.reason)
      const { id, createdAtMs } = done.kept
      const address = logoAddress(needs.config, { clientId, logoId: id })
      return { body: { address, created_at: timeOf(createdAtMs), animated: done.moves } }
    },
  })
}

function removing(needs: Services): Operation {
  return operation({
    ...common,
    path,
    id: 'removeClientLogo',
    method: 'delete',
    summary: 'Remove the uploaded logo of a client',
    description: 'Its address answers 404 from then on. People see the one of `logo_uri` again.',
    scope: 'clients:manage',
    params,
    answer: { status: 204, description: 'The logo is gone.' },
    problems: { ...NO_CLIENT, ...BEYOND, ...NO_LOGO },
    async handle(request) {
      const clientId = await changeable(needs, request)
      if (await removeLogo(needs, clientId, unchanged(needs, request))) return { body: undefined }
      throw new AppError('logo_not_found', 404, NO_LOGO.logo_not_found.when)
    },
  })
}

type OfClient = ApiRequest<{ client_id: string }>

/** Checked before the file is read. */
async function changeable(needs: Services, { params: { client_id: id }, token }: OfClient): Promise<string> {
  const { metadata } = await theClient(needs.db, id)
  await assertReach(needs, token, metadata)
  return id
}

function unchanged({ config }: Services, { assertMatches }: OfClient) {
  return (before: Client) => assertMatches(showClient(config, before))
}
