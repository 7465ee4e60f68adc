// The page of `tibidi show --html` as the content of a webview.
//
// tibidi has escaped every text of the dump. The head of the page is replaced:
// its policy allows inline styles, ours only what bears the nonce of this load,
// and nothing from any network. Colours follow the theme of the editor.

export interface Link {
  action: string
  text: string
}

export interface Surroundings {
  nonce: string
  /** The source of files of the extension in a Content-Security-Policy. */
  source: string
  script: string
  style: string
  /** Whose key signed the dump, in a sentence. */
  signer: string
  /** What can be done with each own frame, by its path in the dump. */
  links: Record<string, Link[]>
}

const DARK = '@media (prefers-color-scheme: dark) {'
const DARK_THEME = 'body:is(.vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)) {'

/** Return the document for a webview. */
export function withTools(page: string, around: Surroundings): string {
  const style = between(page, '<style>', '</style>').replaceAll(DARK, DARK_THEME)
  return document(between(page, '<body>', '</body>'), style, around)
}

/** Return a document with a text, for when there is no page: the reason above, the crash as plain text. */
export function plainPage(reason: string, text: string, around: Surroundings): string {
  return document(`<p class=faint>${escape(reason)}</p><pre>${escape(text)}</pre>`, '', around)
}

/** Escape a text for HTML. */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}

function document(body: string, style: string, around: Surroundings): string {
  const { nonce, source } = around
  const policy = `default-src 'none'; style-src ${source} 'nonce-${nonce}'; script-src 'nonce-${nonce}'`
  return `<!doctype html>
<html lang=en>
<head>
<meta charset=utf-8>
<meta http-equiv=Content-Security-Policy content="${policy}">
<style nonce="${nonce}">${style}</style>
<link rel=stylesheet href="${escape(around.style)}">
</head>
<body data-links="${escape(JSON.stringify(around.links))}">
<nav aria-label="Crash dump">
<button data-command="tibidi.debug">Debug</button>
<button data-command="tibidi.debugLive" class=secondary>Debug live…</button>
<button data-command="tibidi.copyMarkdown" class=secondary>Copy as Markdown</button>
<span class=faint>${escape(around.signer)}</span>
</nav>
${body}
<script nonce="${nonce}" src="${escape(around.script)}"></script>
</body>
</html>`
}

/** Return what is between the first `start` and the last `end`; the first is in the head, before any text of the dump. */
function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start)
  const to = start === '<style>' ? text.indexOf(end, from) : text.lastIndexOf(end)
  return from < 0 || to < from ? '' : text.slice(from + start.length, to)
}
