/**
 * Forms that send themselves, as `response_mode=form_post` does: on a page like all others, for browsers in which scripts
 * are off. The library writes a bare page with a script of its own, in five places and without a hook.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Render } from '../http/render.ts'
import { PAGE_POLICY, replaceContentPolicy } from '../http/security-headers.ts'

const TITLE = '<title>Submitting Callback</title>'
const FORM = '<form method="post" action="'
const FIELD = '<input type="hidden" name="'
const VALUE = '" value="'
const POLICY = PAGE_POLICY.replace(/script-src[^;]*/, "script-src 'self'")

/** Runs after each request of the protocol. */
export function showSentForm(render: Render, ctx: KoaContextWithOIDC): void {
  const { body, status } = ctx
  if (typeof body !== 'string' || !body.startsWith('<!DOCTYPE html>') || !body.includes(TITLE)) return
  const [, form] = body.split(FORM, 2)
  if (form === undefined) return
  const fields = body.split(FIELD).slice(1).map(fieldOf)
  render(ctx, 'send-form', { title: 'One moment', action: plain(quoted(form)), fields }, status)
  replaceContentPolicy(ctx, POLICY)
}

function fieldOf(written: string): { name: string; value: string } {
  const [name = '', value = ''] = written.split(VALUE, 2)
  return { name, value: plain(quoted(value)) }
}

/** What stands before the closing quote. */
function quoted(text: string): string {
  return text.slice(0, Math.max(text.indexOf('"'), 0))
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }

function plain(escaped: string): string {
  return escaped.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => ENTITIES[name] ?? '')
}
