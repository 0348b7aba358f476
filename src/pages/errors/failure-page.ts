/** The error page: plain words for people, an error id, and a link to go on. Every feature uses it. */
import type { ErrorNeeds } from '../../http/error-handler.ts'
import type { Render } from '../../http/render.ts'
import { requestState } from '../../http/request/request-state.ts'
import type { RequestState } from '../../http/request/request-state.ts'
import { SIGN_OUT_PATH } from '../../interaction/member.ts'

const HEADINGS: Record<number, string> = {
  400: 'There is a problem with this request',
  403: 'That is not allowed',
  404: 'Page not found',
  405: 'This page cannot be used in that way',
  408: 'That took too long',
  410: 'This page has expired',
  413: 'The request is too large',
  421: 'This page has another address',
  429: 'Too many attempts',
  503: 'Back in a moment',
}

/**
 * In `development`, the page also shows the app's developer what was refused, what was sent and what is registered.
 * Otherwise the operator finds these facts in the log, by the error id.
 */
export function renderFailure(render: Render, development: boolean): ErrorNeeds['renderErrorPage'] {
  return (ctx, { status, code, message, errorId }) => {
    const { refusal } = requestState(ctx)
    const words = refusal && (APP_FAULTS[refusal.error] ?? OTHER_FAULT)
    const heading = words?.heading ?? headingOf(status)
    render(
      ctx,
      'error',
      {
        title: heading,
        status,
        heading,
        message: words?.message ?? message,
        errorId,
        help: words ? undefined : HELP[code],
        details: development && refusal ? detailsOf(refusal) : undefined,
        ...wayOn(ctx.path),
      },
      status,
    )
  }
}

type Refusal = NonNullable<RequestState['refusal']>

function detailsOf({ error, reason, got, registered }: Refusal): { name: string; values: string[] }[] {
  const listed = [registered].flat().filter((one) => typeof one === 'string' && one !== '')
  return [
    { name: 'Error', values: [error] },
    { name: 'Reason', values: [reason].filter((one) => one !== undefined) },
    { name: 'Got', values: [got].filter((one) => one !== undefined) },
    { name: 'Registered', values: listed.map(String) },
  ].filter(({ values }) => values.length > 0)
}

/** A person that an app sent here to sign out can still sign out. */
function wayOn(path: string): { backHref: string; backLabel: string } {
  if (path === SIGN_OUT_PATH) return { backHref: SIGN_OUT_PATH, backLabel: 'Sign out here' }
  return { backHref: '/', backLabel: 'To the start page' }
}

function headingOf(status: number): string {
  return (
    HEADINGS[status] ??
    (status >= 500 ? 'Something went wrong on our side' : 'There is a problem with this request')
  )
}

/** Mistakes of an app, in words for the person that it sent here. */
const APP_FAULTS: Record<string, { heading: string; message: string }> = {
  invalid_client: {
    heading: 'This app is not known here',
    message: 'The app that sent you here is not registered. Please tell the people who run it.',
  },
  invalid_redirect_uri: {
    heading: 'This app cannot be answered',
    message:
      'The app that sent you here gave a return address that is not registered. Please tell the people who run it.',
  },
}

const OTHER_FAULT = {
  heading: 'The app made a request that is not right',
  message:
    'Go back to the app and try again. If it happens every time, please tell the people who run the app.',
}

const HELP: Record<string, string> = {
  invalid_request:
    'Go back to the app and try again. If it happens every time, please tell the people who run it.',
}
