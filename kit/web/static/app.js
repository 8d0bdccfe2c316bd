import { initAll } from './govuk-frontend.js'
import { initAll as initMoj } from './moj-frontend.js'

initAll()
initMoj()

// What is marked private blurs when nobody has touched the page for a minute; any touch brings it back.
let idle
const wake = () => {
  document.body.classList.remove('app-idle')
  clearTimeout(idle)
  idle = setTimeout(() => document.body.classList.add('app-idle'), 60000)
}
if (document.querySelector('[data-private]')) {
  for (const touch of ['pointermove', 'keydown', 'scroll']) addEventListener(touch, wake, { passive: true })
  wake()
}

// A button with data-copy copies the text of the element it names, and says so.
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText)
    button.textContent = 'Copied'
  })
}

// A form marked data-draft saves itself a little after somebody stops typing; its buttons still do all the work.
for (const form of document.querySelectorAll('form[data-draft]')) {
  const said = form.querySelector('[data-draft-said]')
  let waiting, busy
  const say = words => { said.textContent = words }
  const save = async () => {
    const body = new URLSearchParams(new FormData(form))
    body.set('press', 'by_itself')
    try {
      const answer = await fetch(form.action, { method: 'POST', body, redirect: 'error' })
      if (answer.status !== 200) throw answer
      const [path, version] = (await answer.text()).split(' ')
      const moved = new URL(path, location.href).href !== form.action
      form.action = path
      form.elements.version.value = version
      say(moved ? 'Open in another tab too: this text is kept as a draft of its own.' : 'Draft saved.')
    } catch {
      say('The draft is not saved yet. Keep this page open and press Save the draft.')
    }
    busy = undefined
  }
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(() => { busy ? soon() : busy = save() }, 2000) }
  form.addEventListener('input', soon)
  form.addEventListener('submit', async event => {
    clearTimeout(waiting)
    if (!busy) return
    event.preventDefault()
    await busy
    form.requestSubmit(event.submitter)
  })
}
