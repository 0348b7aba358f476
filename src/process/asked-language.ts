/** Pages on the way to an app speak the language that the app asked for, also those beside its interaction. */
import { requestState } from '../http/request/request-state.ts'
import type { AnyContext } from '../http/request/request-state.ts'
import type { Restarts } from '../interaction/restart.ts'

/** The sealed copy of the request in the query says what the app asked for (`ui_locales`, OpenID Connect Core §3.1.2.1). */
export function askedLanguage(open: Restarts['open']) {
  return (ctx: AnyContext, next: () => Promise<unknown>): Promise<unknown> => {
    const restart = open(ctx.query['restart'])
    if (restart?.kind === 'again') {
      const asked = new URL(restart.url).searchParams.get('ui_locales')
      if (asked !== null) requestState(ctx).uiLocales = asked
    }
    return next()
  }
}
