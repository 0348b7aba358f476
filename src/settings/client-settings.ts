/** The settings of clients that register or describe themselves, and of the command line as a client: part of the list in settings.ts. */
import { z } from 'zod'
import { documentHosts, flag, integer, list, networks, statementIssuers } from './kinds/setting-kinds.ts'

export const clientSettings = {
  client_registration: z.enum(['token', 'open', 'mcp']).default('token').meta({
    group: 'Clients',
    takes: 'token, open or mcp',
    description:
      'Who may register clients: holders of an initial access token; anybody; or anybody, with the profile mcp.',
  }),
  client_id_documents: documentHosts().default('off').meta({
    group: 'Clients',
    takes: 'off, any, or a comma-separated list of hosts',
    description: 'Takes clients that describe themselves by a document at their client_id.',
  }),
  open_client_resources: list().default([]).meta({
    group: 'Clients',
    takes: 'a comma-separated list of resource identifiers',
    description: 'Resource servers that openly registered clients and those with a document may ask for.',
  }),
  open_registrations_per_hour: integer(1, 100_000).default(20).meta({
    group: 'Clients',
    description: 'Clients that may register openly from one network in an hour.',
  }),
  software_statement_issuers: statementIssuers().default([]).meta({
    group: 'Clients',
    takes: 'a comma-separated list of <issuer>=<https address of its JWKS>',
    description: 'Issuers of the software statements that count at registration.',
  }),
  client_networks: networks().default([]).meta({
    group: 'Clients',
    takes: 'a comma-separated list of CIDR ranges',
    description:
      'Networks of your own where clients may have their addresses (keys, logout, notifications); else public ones alone.',
  }),
  command_line_sign_in: flag().default(true).meta({
    group: 'Clients',
    description:
      'Lets administrators sign in with `npm run cli -- login`. Without it, the command line is no client.',
  }),
} satisfies Record<string, z.ZodType>

type ClientSettings = { [Name in keyof typeof clientSettings]: z.output<(typeof clientSettings)[Name]> }

/** How clients come to be registered. */
export function clientRegistration(given: ClientSettings) {
  return {
    clientRegistration: given.client_registration,
    clientIdDocuments: given.client_id_documents,
    openClientResources: given.open_client_resources,
    openRegistrationsPerHour: given.open_registrations_per_hour,
    softwareStatementIssuers: given.software_statement_issuers,
    commandLineSignIn: given.command_line_sign_in,
  }
}
