/** The error page: plain words for people, an id to quote, and a way on. */
import type { ErrorNeeds } from './http/error-handler.ts'
import type { Render } from './http/render.ts'

const HEADINGS: Record<number, string> = {
  400: 'This request is not right',
  403: 'That is not allowed',
  404: 'There is nothing here',
  405: 'That does not work here',
  408: 'That took too long',
  410: 'This page has expired',
  413: 'That is too much',
  429: 'Too many attempts',
  503: 'Back in a moment',
}

export function renderFailure(render: Render): ErrorNeeds['renderErrorPage'] {
  return (ctx, { status, code, message, errorId }) => {
    const heading =
      HEADINGS[status] ?? (status >= 500 ? 'Something went wrong on our side' : 'This request is not right')
    const help = HELP[code]
    render(
      ctx,
      'error',
      {
        title: heading,
        status,
        heading,
        message,
        errorId,
        help,
        backHref: '/',
        backLabel: 'To the start page',
      },
      status,
    )
  }
}

/** What people can do about errors that an app's developer has to mend. */
const HELP: Record<string, string> = {
  invalid_client:
    'The app that sent you here is not known to this server. Please tell the people who run it.',
  invalid_redirect_uri:
    'The app that sent you here gave a return address that is not registered. Please tell the people who run it.',
  invalid_request:
    'Go back to the app and try again. If it happens every time, please tell the people who run it.',
}
