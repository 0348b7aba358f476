/** Ready descriptions of well-known providers: what an operator would otherwise read in their documentation. */
export const TEMPLATE_NAMES = ['github', 'google', 'microsoft', 'gitlab'] as const
export type TemplateName = (typeof TEMPLATE_NAMES)[number]

/**
 * Checked like the input of an operator.
 *
 * - GitHub is no OpenID provider: docs.github.com, "Authorizing OAuth apps" and "REST API endpoints for emails".
 * - Microsoft sends no `email_verified`, and anybody may name any address in a tenant of their own. So its addresses are not
 *   believed, and the issuer names one tenant. It tells of sign-outs through the browser alone (Front-Channel Logout).
 */
export const TEMPLATES: Readonly<Record<TemplateName, Readonly<Record<string, unknown>>>> = {
  github: {
    kind: 'oauth2',
    label: 'GitHub',
    authorization_endpoint: 'https://github.com/login/oauth/authorize',
    token_endpoint: 'https://github.com/login/oauth/access_token',
    userinfo_endpoint: 'https://api.github.com/user',
    emails_endpoint: 'https://api.github.com/user/emails',
    token_endpoint_auth_method: 'client_secret_post',
    scope: 'read:user user:email',
    mapping: { subject: 'id', name: 'name', username: 'login' },
  },
  google: {
    kind: 'oidc',
    label: 'Google',
    issuer: 'https://accounts.google.com',
    parameters: { prompt: 'select_account' },
  },
  microsoft: {
    kind: 'oidc',
    label: 'Microsoft',
    parameters: { prompt: 'select_account' },
    email_trust: 'never',
    mapping: { username: 'preferred_username' },
    frontchannel_logout: true,
  },
  gitlab: { kind: 'oidc', label: 'GitLab', issuer: 'https://gitlab.com' },
}
