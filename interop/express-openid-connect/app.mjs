// express-openid-connect, as its README and its example "obtaining access tokens" configure it.
import express from 'express'
import openid from 'express-openid-connect'

const { ISSUER, APP_URL, PORT, CLIENT_ID, CLIENT_SECRET, SESSION_SECRET } = process.env
const { auth, requiresAuth } = openid
const app = express()

app.use(
  auth({
    issuerBaseURL: ISSUER,
    baseURL: APP_URL,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    secret: SESSION_SECRET,
    authRequired: false,
    idpLogout: true,
    authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
  }),
)

app.get('/', (req, res) => res.json(req.oidc.user ?? 'nobody'))

app.get('/refresh', requiresAuth(), async (req, res) => {
  const { access_token, expires_in } = await req.oidc.accessToken.refresh()
  res.json({ refreshed: Boolean(access_token), expires_in })
})

app.listen(Number(PORT))
