// passport-openidconnect, as its README configures it, in Express with sessions.
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'

const { ISSUER, PORT, CLIENT_ID, CLIENT_SECRET } = process.env
const { authorization_endpoint, token_endpoint, userinfo_endpoint } = await (
  await fetch(`${ISSUER}/.well-known/openid-configuration`)
).json()

passport.use(
  new OpenIDConnectStrategy(
    {
      issuer: ISSUER,
      authorizationURL: authorization_endpoint,
      tokenURL: token_endpoint,
      userInfoURL: userinfo_endpoint,
      clientID: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      callbackURL: `http://localhost:${PORT}/cb`,
      scope: ['profile', 'email'],
      nonce: true,
    },
    function verify(issuer, profile, cb) {
      return cb(null, profile)
    },
  ),
)
passport.serializeUser((user, done) => done(null, user))
passport.deserializeUser((user, done) => done(null, user))

const app = express()
app.use(session({ secret: 'keyboard cat', resave: false, saveUninitialized: false }))
app.use(passport.session())
app.get('/', (req, res) => res.json(req.user ?? 'nobody'))
app.get('/login', passport.authenticate('openidconnect'))
app.get(
  '/cb',
  passport.authenticate('openidconnect', { failureRedirect: '/', failureMessage: true }),
  (req, res) => res.redirect('/'),
)
app.get('/logout', (req, res, next) => req.logout((error) => (error ? next(error) : res.redirect('/'))))
app.listen(Number(PORT))
