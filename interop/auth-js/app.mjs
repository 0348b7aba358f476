// Auth.js in Express, with a provider of one's own as its guide "Configuring a custom provider" has it.
import { ExpressAuth, getSession } from '@auth/express'
import express from 'express'

const { ISSUER, PORT, AUTH_ACCOUNTS_ID, AUTH_ACCOUNTS_SECRET } = process.env
const authConfig = {
  trustHost: true,
  providers: [
    {
      id: 'accounts',
      name: 'Accounts',
      type: 'oidc',
      issuer: ISSUER,
      clientId: AUTH_ACCOUNTS_ID,
      clientSecret: AUTH_ACCOUNTS_SECRET,
    },
  ],
}

const app = express()
app.set('trust proxy', true)
app.use('/auth/*', ExpressAuth(authConfig))
app.get('/', async (req, res) => res.json((await getSession(req, authConfig))?.user ?? {}))
app.listen(Number(PORT))
