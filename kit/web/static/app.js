import { initAll } from './govuk-frontend.js'
import { initAll as initMoj } from './moj-frontend.js'

initAll()
initMoj()

// What is marked private blurs, and the tab says nothing, when nobody has touched the page for a while; any touch brings
// both back. Escape hides it at once, until the page is touched again by hand or the button is pressed.
const shown = document.title
const neutral = document.querySelector('.app-header__container a')?.textContent ?? shown
let idle
const hide = () => {
  document.body.classList.add('app-idle')
  document.title = neutral
}
const wake = () => {
  document.body.classList.remove('app-idle')
  document.title = shown
  clearTimeout(idle)
  idle = setTimeout(hide, (document.body.dataset.blur || 60) * 1000)
}
if (document.querySelector('[data-private]')) {
  for (const touch of ['pointermove', 'keydown', 'scroll']) addEventListener(touch, wake, { passive: true })
  addEventListener('keydown', event => { if (event.key === 'Escape') hide() })
  wake()
}

// A button with data-hold hides what is private on this page, and shows it while it is held down, or at the next press.
for (const button of document.querySelectorAll('button[data-hold]')) {
  const hidden = on => {
    document.body.classList.toggle('app-held', on)
    button.textContent = on ? 'Hold or press to show' : 'Hide'
  }
  let pressed
  button.hidden = false
  button.addEventListener('pointerdown', () => {
    pressed = document.body.classList.contains('app-held') ? Date.now() : 0
    if (pressed) document.body.classList.remove('app-held')
  })
  button.addEventListener('click', () => {
    const held = pressed && Date.now() - pressed > 400
    hidden(pressed ? Boolean(held) : !document.body.classList.contains('app-held'))
    pressed = 0
  })
}

// A single key goes to the link or field that has it as data-key; whoever does not want that has switched it off.
if (document.body.dataset.shortcuts === 'on') {
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest('input, textarea, select')) return
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)
    if (!target) return
    event.preventDefault()
    target.focus()
    if (target.matches('a')) target.click()
  })
}

// A place with data-poll asks its address every data-seconds while the page is looked at, and shows what it is told.
for (const place of document.querySelectorAll('[data-poll]')) {
  setInterval(async () => {
    if (document.hidden || place.textContent) return
    const answer = await fetch(place.dataset.poll, { redirect: 'error' }).catch(() => undefined)
    if (answer?.status === 200) place.innerHTML = await answer.text()
  }, place.dataset.seconds * 1000)
}

for (const button of document.querySelectorAll('button[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => print())
}

// A button with data-copy copies the text of the element it names, and says so.
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).innerText)
    button.textContent = 'Copied'
  })
}

// A form with data-later saves itself too, a little after somebody stops typing; its buttons still do all the work.
for (const said of document.querySelectorAll('[data-later]')) {
  const form = said.closest('form')
  let waiting, busy
  const save = async () => {
    const body = new URLSearchParams(new FormData(form))
    body.set('later', 'by_itself')
    try {
      const answer = await fetch(form.action, { method: 'POST', body, redirect: 'error' })
      if (answer.status !== 200) throw answer
      const [id, version] = (await answer.text()).split(' ')
      form.elements.draft_id.value = id
      form.elements.draft_version.value = version
      said.textContent = 'Saved by itself. It is kept for a day, for you alone, under “My work”.'
    } catch {
      said.textContent = 'Not saved yet. Keep this page open and press Save and come back later.'
    }
    busy = undefined
  }
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(() => { busy ? soon() : busy = save() }, 4000) }
  form.addEventListener('input', soon)
  form.addEventListener('submit', async event => {
    clearTimeout(waiting)
    if (!busy) return
    event.preventDefault()
    await busy
    form.requestSubmit(event.submitter)
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
