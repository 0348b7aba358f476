/** The mails about second factors besides the notice of a change. */
import type { MailRequest } from '../outbox/mail-request.ts'

type DataOf<T extends MailRequest['template']> = Extract<MailRequest, { template: T }>['data']
type Words = { greeting: (name: string) => string; inWords: (atMs: number) => string }

export function factorReset(data: DataOf<'factor-reset'>, serverName: string, { greeting, inWords }: Words) {
  const until = inWords(data.dueAtMs)
  return {
    subject: `Your ${serverName} second factor will be removed`,
    preview: `You can stop this until ${until}.`,
    heading: 'Your second factor will be removed',
    greeting: greeting(data.name),
    paragraphs: [
      `An administrator was asked to remove the second factors of your ${serverName} account. This happens on ${until}. Then all sessions end, and your password alone signs you in.`,
      'If you asked for this because you lost your phone, wait until then. If you did not ask, stop it now:',
    ],
    action: { label: 'Keep my second factor', link: data.link },
    notes: [
      'Signing in with your second factor stops it as well.',
      `You did not ask? Then somebody may know your password. Choose a new one: ${data.resetLink}`,
    ],
  }
}
