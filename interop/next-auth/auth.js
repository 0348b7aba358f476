const { ISSUER, CLIENT_ID, CLIENT_SECRET } = process.env

export const authOptions = {
  providers: [
    {
      id: 'accounts',
      name: 'Accounts',
      type: 'oauth',
      wellKnown: `${ISSUER}/.well-known/openid-configuration`,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      authorization: { params: { scope: 'openid email profile' } },
      idToken: true,
      checks: ['pkce', 'state', 'nonce'],
      profile: ({ sub, name, email }) => ({ id: sub, name, email }),
    },
  ],
}
