// Writes what the original templates render, for tests to compare ours with: `npm ci && TZ=Europe/London node goldens.mjs`.
import { createRequire } from 'node:module'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import nunjucks from 'nunjucks'

const require = createRequire(import.meta.url)
const here = dirname(fileURLToPath(import.meta.url))
const from = (...parts) => join(here, 'node_modules', ...parts)
const tests = join(here, '..', '..', 'tests')
const environment = nunjucks.configure([from('govuk-frontend', 'dist'), from('@ministryofjustice', 'frontend')], {
  autoescape: true, trimBlocks: true, lstripBlocks: true
})
for (const [name, filter] of Object.entries(require('@ministryofjustice/frontend/moj/filters/all.js')())) {
  environment.addFilter(name, filter)
}

const samples = JSON.parse(readFileSync(join(here, 'samples.json'), 'utf8'))
const rendered = samples.map(({ macro, from: file, params }) => {
  const source = `{%- from "${file}" import ${macro.split(' as ')[0]} -%}{{ ${macro.split(' as ')[0]}(params) }}`
  return { macro: macro.split(' as ').at(-1), params, html: environment.renderString(source, { params }) }
})
mkdirSync(join(tests, 'kit', 'golden'), { recursive: true })
writeFileSync(join(tests, 'kit', 'golden', 'moj.json'), JSON.stringify(rendered, null, 1) + '\n')

const components = from('govuk-frontend', 'dist', 'govuk', 'components')
const fixtures = readdirSync(components, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap(({ name }) =>
  JSON.parse(readFileSync(join(components, name, 'fixtures.json'), 'utf8')).fixtures.map((fixture) => ({
    component: name, name: fixture.name, options: fixture.options, html: fixture.html
  })))
writeFileSync(join(tests, 'vendor', 'govuk-frontend-fixtures.jsonl'), fixtures.map((one) => JSON.stringify(one)).join('\n') + '\n')
console.log(`${rendered.length} samples, ${fixtures.length} fixtures`)
