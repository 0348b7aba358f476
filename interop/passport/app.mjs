// passport-openidconnect, as its README configures it, in Express with sessions.
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'

const { ISSUER, APP_URL, PORT, CLIENT_ID, CLIENT_SECRET, SESSION_SECRET } = process.env
const server = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json()

passport.use(
  new OpenIDConnectStrategy(
    {
      issuer: ISSUER,
      authorizationURL: server.authorization_endpoint,
      tokenURL: server.token_endpoint,
      userInfoURL: server.userinfo_endpoint,
      clientID: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      callbackURL: `${APP_URL}/cb`,
      scope: ['profile', 'email'],
      nonce: true,
    },
    function verify(issuer, profile, context, idToken, cb) {
      return cb(null, { ...profile, idToken })
    },
  ),
)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false }))
app.use(passport.session())
app.get('/', (req, res) => {
  const { idToken, ...profile } = req.user ?? {}
  res.json(profile)
})
app.get('/login', passport.authenticate('openidconnect'))
app.get(
  '/cb',
  passport.authenticate('openidconnect', { failureRedirect: '/', failureMessage: true }),
  (req, res) => res.redirect('/'),
)
app.get('/logout', (req, res, next) => {
  const goodbye = new URL(server.end_session_endpoint)
  goodbye.searchParams.set('post_logout_redirect_uri', `${APP_URL}/`)
  goodbye.searchParams.set('id_token_hint', req.user?.idToken ?? '')
  req.logout((error) => (error ? next(error) : res.redirect(goodbye.href)))
})
app.listen(Number(PORT))
