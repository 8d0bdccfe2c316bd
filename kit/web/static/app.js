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

// What a form was sent for stands further down: the keyboard goes on from there, and it is read out.
document.querySelector('[data-arrives]')?.focus()

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

// A form saves itself a little after somebody stops typing; its buttons still do all the work. A press while a save is
// under way waits for it. `kept` takes the two words of the answer and says what to show.
const savesItself = (form, said, press, pause, kept, failed) => {
  let waiting, busy
  const save = async () => {
    const body = new URLSearchParams(new FormData(form))
    body.set(press, 'by_itself')
    try {
      const answer = await fetch(form.action, { method: 'POST', body, redirect: 'error' })
      if (answer.status !== 200) throw answer
      said.textContent = kept(...(await answer.text()).split(' '))
    } catch {
      said.textContent = failed
    }
    busy = undefined
  }
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(() => { busy ? soon() : busy = save() }, pause) }
  form.addEventListener('input', soon)
  form.addEventListener('submit', async event => {
    clearTimeout(waiting)
    if (!busy) return
    event.preventDefault()
    await busy
    form.requestSubmit(event.submitter)
  })
}

// A long form with data-later is kept as a draft under “My work”.
for (const said of document.querySelectorAll('[data-later]')) {
  const form = said.closest('form')
  savesItself(form, said, 'later', 4000, (id, version) => {
    form.elements.draft_id.value = id
    form.elements.draft_version.value = version
    return said.dataset.later
  }, 'Not saved yet. Keep this page open and press Save and come back later.')
}

// A form marked data-draft is a draft at an address of its own.
for (const form of document.querySelectorAll('form[data-draft]')) {
  savesItself(form, form.querySelector('[data-draft-said]'), 'press', 2000, (path, version) => {
    const moved = new URL(path, location.href).href !== form.action
    form.action = path
    form.elements.version.value = version
    return moved ? 'Open in another tab too: this text is kept as a draft of its own.' : 'Draft saved.'
  }, 'The draft is not saved yet. Keep this page open and press Save the draft.')
}

// Before the session of whoever is signed in ends the page says so, and one press makes it longer without leaving it.
for (const place of document.querySelectorAll('[data-session]')) {
  const said = place.querySelector('[role=status]')
  const form = place.querySelector('form')
  const over = 'Your session is over. What you typed is still here: when you send it, you are asked to sign in first.'
  let timers = []
  const say = words => {
    place.hidden = false
    setTimeout(() => { said.textContent = words }, 100)
  }
  const wait = (left, words) => {
    timers.forEach(clearTimeout)
    timers = [
      setTimeout(() => say(words), Math.max(left - place.dataset.warn, 0) * 1000),
      setTimeout(() => say(over), left * 1000)
    ]
  }
  wait(place.dataset.left, said.dataset.said)
  form?.querySelector('[data-tab]').remove()
  form?.addEventListener('submit', async event => {
    event.preventDefault()
    const body = new URLSearchParams(new FormData(form))
    const answer = await fetch(form.action, { method: 'POST', body, redirect: 'error' }).catch(() => undefined)
    const page = new DOMParser().parseFromString(await answer?.text() ?? '', 'text/html')
    const stays = page.querySelector('[data-stays]')
    if (stays) {
      wait(stays.dataset.left, stays.dataset.words)
      say(`${stays.textContent.split('. ')[0]}.`)
      return
    }
    const link = document.createElement('a')
    Object.assign(link, { href: '/sign-in', target: '_blank', rel: 'noopener', className: 'govuk-link' })
    link.textContent = 'Sign in again (opens in a new tab)'
    form.replaceWith(link)
    say('It could not be made longer. What you typed here is not lost.')
    link.focus()
  })
}
