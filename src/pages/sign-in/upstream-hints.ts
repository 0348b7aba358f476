/** What a request of an app says about the provider that the person signs in with. Other servers know these parameters. */
import { parameter } from '../../interaction/open-interaction.ts'
import type { Interaction } from '../../interaction/open-interaction.ts'
import type { UpstreamHints } from '../../upstreams/offered.ts'

/** `kc_idp_hint` is Keycloak's name, `domain_hint` that of Microsoft. `login_hint`: OpenID Connect Core §3.1.2.1. */
export function hintsOf(interaction: Interaction): UpstreamHints {
  return {
    id: parameter(interaction, 'idp_hint') || parameter(interaction, 'kc_idp_hint'),
    domain: parameter(interaction, 'domain_hint'),
    email: parameter(interaction, 'login_hint'),
  }
}
