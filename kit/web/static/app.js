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
