// The script of the page: buttons, and a link at each own frame. It only tells the extension what was pressed.

declare function acquireVsCodeApi(): { postMessage: (message: unknown) => void }

interface Link {
  action: string
  text: string
}

const editor = acquireVsCodeApi()
const links = JSON.parse(document.body.dataset['links'] ?? '{}') as Record<string, Link[]>

for (const frame of document.querySelectorAll<HTMLElement>('[data-frame]')) {
  const path = frame.dataset['frame'] ?? ''
  for (const { action, text } of links[path] ?? []) addLink(frame, path, action, text)
}

for (const button of document.querySelectorAll<HTMLElement>('[data-command]')) {
  button.addEventListener('click', () => {
    editor.postMessage({ command: button.dataset['command'] })
  })
}

function addLink(frame: HTMLElement, path: string, action: string, text: string): void {
  const link = document.createElement('button')
  link.className = 'link'
  link.textContent = text
  link.addEventListener('click', event => {
    event.preventDefault() // do not fold the frame
    editor.postMessage({ action, frame: path })
  })
  frame.querySelector('summary')?.append(' ', link)
}
