/** The consent page: what an app asks for, and the grant that an approval makes. */
import { setTimeout } from 'node:timers/promises'
import { recordAudit } from '../../audit/audit.ts'
import { findAccountById } from '../../accounts/account.ts'
import { findConsent, rememberConsent } from '../../consents/consents.ts'
import type { ClientPin } from '../../consents/consents.ts'
import type { PageServices } from '../../feature.ts'
import { formOf } from '../../http/request/request-state.ts'
import { pinOf } from '../../provider/clients/client-documents.ts'
import { findClient as findRegistered } from '../../clients/clients.ts'
import { logoHref } from '../../clients/logo/client-logo.ts'
import type { LogoOf } from '../../clients/logo/client-logo.ts'
import { readersLanguage } from '../../words/reader.ts'
import { addScopes, saveGrant } from '../../provider/grants/grant.ts'
import { describeDetails } from '../../provider/requests/authorization-details.ts'
import type { Detail } from '../../provider/requests/authorization-details.ts'
import { listDetailsTypes } from '../../resources/details-type.ts'
import { claimTexts, consentDetails } from '../../interaction/consent-details.ts'
import { askingDevice } from './asking-device.ts'
import { clientNotes, registrarOf } from './client-notes.ts'
import { findClient, parameter, shownClient } from '../../interaction/open-interaction.ts'
import type { Interaction } from '../../interaction/open-interaction.ts'
import { resume } from '../../interaction/page.ts'
import type { Page, StepPages } from '../../interaction/page.ts'

type ConsentServices = PageServices & { logoOf: LogoOf }

const LOGO_WITHIN_MS = 700

export function consentPages(services: ConsentServices): StepPages {
  return { show: (page) => show(services, page), submit: (page) => submit(services, page) }
}

async function show(services: ConsentServices, { ctx, interaction, uid, query }: Page): Promise<void> {
  const { params, session } = interaction
  const account = await findAccountById(services.db, session?.accountId ?? '')
  const found = await Promise.all(requestedResources(params).map(services.findResource))
  const resources = found.filter((resource) => resource !== undefined)
  const missing = interaction.prompt.details as Missing
  const details = consentDetails(parameter(interaction, 'scope'), resources)
  const app = await describedApp(services, interaction)
  services.render(ctx, 'consent', {
    device: await askingDevice(services.oidc, ctx, interaction),
    action: `/interaction/${uid}/consent${query}`,
    client: await shownApp(services, parameter(interaction, 'client_id')),
    account: account && { email: account.email, name: account.name },
    switchAccountHref: `/interaction/${uid}/sign-in${query}`,
    ...details,
    notes: app && clientNotes(app),
    registrar: await registrar(services, parameter(interaction, 'client_id')),
    pin: app?.pin?.digest,
    scopes: [
      ...details.scopes,
      ...claimTexts(missing.missingOIDCClaims ?? [], parameter(interaction, 'scope')),
    ],
    details: await detailsInWords(services, missing.rar ?? []),
    resources: details.resources.filter(({ scopes }) => scopes.length > 0),
    ...services.nextPage.take(ctx),
  })
}

async function registrar({ db, config }: ConsentServices, clientId: string) {
  return registrarOf(await findRegistered(db, clientId), config.serverName)
}

/** The logo is shown only when it is cached or arrives quickly: the page does not wait for the app's host. */
async function shownApp({ oidc, logoOf }: ConsentServices, clientId: string) {
  const registered = await findClient(oidc.current(), clientId)
  const uploaded = registered?.['logo_id']
  const waited = setTimeout(LOGO_WITHIN_MS, undefined, { ref: false })
  const logo = uploaded ?? (await Promise.race([logoOf(clientId, readersLanguage()), waited]))
  const client = await shownClient(oidc.current(), clientId)
  return client && { ...client, logoHref: logo ? logoHref(clientId, registered, uploaded) : undefined }
}

/** The app as it describes itself now, and as it did at the person's last consent. */
async function describedApp({ db, oidc }: ConsentServices, interaction: Interaction) {
  const clientId = parameter(interaction, 'client_id')
  const client = await findClient(oidc.current(), clientId)
  const pin = pinOf(client)
  const consent = pin && (await findConsent(db, interaction.session?.accountId ?? '', clientId))
  const agreed = consent?.clientPin ?? undefined
  return client && { client, pin, agreed, redirectUri: parameter(interaction, 'redirect_uri') }
}

async function detailsInWords({ db, findResource }: ConsentServices, details: Detail[]) {
  const described = describeDetails(await listDetailsTypes(db), details)
  const named = described.map(async ({ resource, ...words }) => {
    return { ...words, resource: resource && ((await findResource(resource))?.name ?? resource) }
  })
  return Promise.all(named)
}

async function submit(services: ConsentServices, page: Page): Promise<void> {
  const form = formOf(page.ctx)
  const allowed = form['decision'] === 'allow'
  const pin = (await describedApp(services, page.interaction))?.pin
  // The app has changed since the page was shown. The person agreed to something else than would be recorded.
  if (allowed && pin && pin.digest !== form['pin']) {
    const errors = { '': 'page-app-changed' }
    return services.nextPage.lead(page.ctx, `/interaction/${page.uid}${page.query}`, { errors })
  }
  const result = allowed
    ? { consent: { grantId: await grantRequested(services, page, pin) } }
    : { error: 'access_denied', error_description: 'the person did not allow it' }
  await noteAnswer(services, page.interaction, allowed)
  const options = { mergeWithLastSubmission: allowed }
  await resume(services.oidc, page, result, options)
}

/** What is allowed has an entry with the consent. */
async function noteAnswer(
  { db, clock }: ConsentServices,
  interaction: Interaction,
  allowed: boolean,
): Promise<void> {
  const ofDevice = interaction.deviceCode !== undefined
  if (allowed && !ofDevice) return
  const answer = allowed ? 'device.approved' : ofDevice ? 'device.denied' : 'consent.refused'
  const [accountId, clientId] = [interaction.session?.accountId, parameter(interaction, 'client_id')]
  const actor = accountId ?? 'anonymous'
  await recordAudit(db, { atMs: clock(), action: answer, actor, accountId, clientId })
}

type Missing = {
  missingOIDCScope?: string[]
  missingOIDCClaims?: string[]
  missingResourceScopes?: Record<string, string[]>
  /** `authorization_details` of the request. The person allows them each time. */
  rar?: Detail[]
}

async function grantRequested(
  services: ConsentServices,
  { interaction }: Page,
  clientPin: ClientPin | undefined,
): Promise<string> {
  const provider = services.oidc.current()
  const { grantId, session } = interaction
  const [accountId, clientId] = [session?.accountId ?? '', parameter(interaction, 'client_id')]
  const found = grantId ? await provider.Grant.find(grantId) : undefined
  const grant = found ?? new provider.Grant({ accountId, clientId })
  const missing = interaction.prompt.details as Missing
  const { missingOIDCScope = [], missingOIDCClaims = [], missingResourceScopes = {} } = missing
  addScopes(grant, { oidc: missingOIDCScope, claims: missingOIDCClaims, resources: missingResourceScopes })
  const savedId = await saveGrant(services, grant, await findClient(provider, clientId), session?.uid)
  const allowed = {
    scopes: grant.getOIDCScope().split(' ').filter(Boolean),
    claims: grant.getOIDCClaims(),
    resources: resourceScopes(grant),
    clientPin,
  }
  await rememberConsent(services.db, accountId, clientId, allowed, services.clock())
  return savedId
}

function resourceScopes(grant: { resources?: Record<string, string> | undefined }): Record<string, string[]> {
  const entries = Object.entries(grant.resources ?? {})
  return Object.fromEntries(
    entries.map(([identifier, scopes]) => [identifier, scopes.split(' ').filter(Boolean)]),
  )
}

function requestedResources(params: Record<string, unknown>): string[] {
  return [params['resource'] ?? []].flat().map(String)
}
