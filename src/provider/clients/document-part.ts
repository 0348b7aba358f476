/** Mounts clients that describe themselves by a document: limits for fetching it, and fields that it may not set. */
import { NEW_DOCUMENTS_PER_HOUR } from '../../attempts/account-limits.ts'
import { createAdmission } from './admission.ts'
import { clientDocuments, outliveDocuments, restrainDocument } from './client-documents.ts'
import { createDocumentGate } from './document-gate.ts'
import type { ProtocolPart } from '../contract/protocol-part.ts'
import type { Services } from '../../services.ts'

export function documentPart(services: Services) {
  const { config, clock, log } = services
  const { openClientResources, clientIdDocuments } = config.registration
  const gate = createDocumentGate({
    clock,
    ...config.documentLimits,
    admit: createAdmission(services, {
      kind: 'client-document',
      limit: NEW_DOCUMENTS_PER_HOUR,
      what: 'documents of new clients',
    }),
    onRefused: (refused) => log.warn(refused, 'documents.refused'),
  })
  const part: ProtocolPart = {
    features: {
      clientIdMetadataDocument: clientDocuments({
        hosts: clientIdDocuments,
        resources: openClientResources,
        issuer: config.issuer,
        gate,
      }),
    } as ProtocolPart['features'],
    install: (provider) => outliveDocuments(provider, gate),
  }
  return {
    part,
    restrainClient: (metadata: Record<string, unknown>) => restrainDocument(metadata, openClientResources),
  }
}
