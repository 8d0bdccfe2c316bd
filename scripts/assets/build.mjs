// Makes kit/web/static from the pinned packages: `npm ci && node build.mjs`. Node is needed here and nowhere else.
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const from = (...parts) => join(here, 'node_modules', ...parts)
const out = join(here, '..', '..', 'kit', 'web', 'static')
const vendor = join(here, '..', '..', 'tests', 'vendor')
const govuk = from('govuk-frontend', 'dist', 'govuk')
const moj = from('@ministryofjustice', 'frontend', 'moj')

// This is no GOV.UK service: its fonts, crown and blue are licensed to GOV.UK alone.
const neutral = (css) =>
  css
    .replace(/\/\*! Copyright[^]*?\*\//g, '')
    .replace(/@font-face\{[^}]*\}/g, '')
    .replace(/GDS Transport,arial,sans-serif/gi, 'Helvetica,Arial,sans-serif')
    .replace(/[^{};]*url\(\/assets\/images\/govuk-crest\.svg\)[^;}]*;?/g, '')
    .replace(/#1d70b8|#1a65a6|#005ea5/gi, '#3d3a6b')
    .replace(/#0f385c/gi, '#0b0c0c')
    .replace(/\/assets\/images\//g, 'images/')
    .replace(/\n?\/\*# sourceMappingURL=.*?\*\//g, '')
const noMap = (js) => js.replace(/\n?\/\/# sourceMappingURL=.*$/m, '')

mkdirSync(join(out, 'images'), { recursive: true })
mkdirSync(vendor, { recursive: true })
const css = {
  'govuk-frontend.css': neutral(readFileSync(join(govuk, 'govuk-frontend.min.css'), 'utf8')),
  'moj-frontend.css': neutral(readFileSync(join(moj, 'moj-frontend.min.css'), 'utf8'))
}
for (const [name, text] of Object.entries(css)) {
  if (/GDS Transport|crest\.svg|url\([^)]*crown|#1d70b8/i.test(text)) throw new Error(`${name} still has what belongs to GOV.UK`)
  writeFileSync(join(out, name), text + '\n')
}
writeFileSync(join(out, 'govuk-frontend.js'), noMap(readFileSync(join(govuk, 'govuk-frontend.min.js'), 'utf8')) + '\n')
writeFileSync(join(out, 'moj-frontend.js'), noMap(readFileSync(join(moj, 'moj-frontend.min.js'), 'utf8')) + '\n')
for (const text of Object.values(css)) {
  for (const [, image] of text.matchAll(/url\(images\/([\w.-]+)\)/g)) {
    copyFileSync(join(moj, 'assets', 'images', image), join(out, 'images', image))
  }
}
copyFileSync(from('axe-core', 'axe.min.js'), join(vendor, 'axe.min.js'))
copyFileSync(from('axe-core', 'LICENSE'), join(vendor, 'axe-core-LICENSE'))

const { devDependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'))
const built = ['govuk-frontend.css', 'govuk-frontend.js', 'moj-frontend.css', 'moj-frontend.js',
  ...readdirSync(join(out, 'images')).sort().map((name) => `images/${name}`)]
const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')
const manifest = {
  from: Object.fromEntries(['govuk-frontend', '@ministryofjustice/frontend'].map((name) => [name, devDependencies[name]])),
  sha256: Object.fromEntries(built.map((name) => [name, sha256(join(out, name))]))
}
writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest, null, 2) + '\n')
