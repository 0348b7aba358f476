/**
 * Forms that send themselves, as `response_mode=form_post` does: on a page like all others, for browsers in which scripts
 * are off. The library writes a bare page with a script of its own, in five places and without a hook.
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Render } from '../http/render.ts'
import { PAGE_POLICY, replaceContentPolicy } from '../http/security-headers.ts'

const PAGE =
  /^<!DOCTYPE html>\s*<html>[^]*<title>Submitting Callback<\/title>[^]*<form method="post" action="([^"]*)">/
const FIELD = /<input type="hidden" name="([^"]*)" value="([^"]*)"\/>/g
const POLICY = PAGE_POLICY.replace(/script-src[^;]*/, "script-src 'self'")

/** Runs after each request of the protocol. */
export function showSentForm(render: Render, ctx: KoaContextWithOIDC): void {
  const { body, status } = ctx
  const found = typeof body === 'string' ? PAGE.exec(body) : null
  if (!found || typeof body !== 'string') return
  const fields = [...body.matchAll(FIELD)].map(([, name = '', value = '']) => ({ name, value: plain(value) }))
  render(ctx, 'send-form', { title: 'One moment', action: plain(found[1] ?? ''), fields }, status)
  replaceContentPolicy(ctx, POLICY)
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }

function plain(escaped: string): string {
  return escaped.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => ENTITIES[name] ?? '')
}
