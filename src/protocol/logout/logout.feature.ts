/**
 * Mounts signing out by an app's request (RP-Initiated Logout). The other apps are notified through their servers
 * (Back-Channel Logout) or through the browser (Front-Channel Logout). Owns the table `announced_logouts`;
 * `grant-store` ends the sessions.
 */
import type { Feature } from '../../feature.ts'
import { createGuardedFetch } from '../../platform/network/guarded-fetch.ts'
import { createPairwiseSubjects } from '../../provider/subjects/pairwise.ts'
import { END_SESSION_ROUTES } from '../../provider/sessions/recorded-sign-ins.ts'
import type { Services } from '../../services.ts'
import { announceEndings } from './announced-endings.ts'
import { createBackchannelLogout } from './backchannel-logout.ts'
import { installClientLogout } from './client-logout.ts'
import { FRONTCHANNEL_DISCOVERY } from './frontchannel-logout.ts'
import { LOGOUT_TOPIC, purgeAnnounced } from './logout-notice.ts'
import { createSignOutPages } from './sign-out-pages.ts'

export function logout(services: Services): Feature {
  const { config, db } = services
  const subjects = createPairwiseSubjects(config.keys.index)
  return {
    protocol({ render }) {
      const pages = createSignOutPages({ ...services, render, subjects })
      return {
        features: {
          backchannelLogout: { enabled: true },
          rpInitiatedLogout: {
            enabled: true,
            logoutSource: pages.ask,
            postLogoutSuccessSource: pages.showDone,
          },
        },
        metadata: FRONTCHANNEL_DISCOVERY,
        install: (provider) => installClientLogout(provider, services),
        after: [
          { at: ['end_session'], run: pages.passOn },
          { at: END_SESSION_ROUTES, run: pages.tellApps },
        ],
        refused: [{ at: ['end_session_confirm'], run: pages.repeat }],
      }
    },
    sinks: ({ provider }) => ({
      [LOGOUT_TOPIC]: createBackchannelLogout(provider, createGuardedFetch(config.guard)),
    }),
    upkeep: { logouts: (nowMs, limit) => purgeAnnounced(db, nowMs, limit) },
    onEnd: announceEndings(services),
  }
}
