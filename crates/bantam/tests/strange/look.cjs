// Every page: `node look.cjs nothing|strange URL SET_UP_LINK PAGES`. Ends with an error that tells all that keeps somebody from
// using one. With SCREENSHOTS set to a folder it leaves a picture of each page there.
const { chromium } = require('playwright-core')
const fs = require('node:fs')
const path = require('node:path')
const assert = require('node:assert/strict')

const [what, url, setUp, pages] = process.argv.slice(2)
const base = new URL(setUp).origin
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
const wrong = []
// A phone, a desk, a wall; for those who look at pictures each of them by day and by night.
const screens = process.env.SCREENSHOTS
  ? [[360, 'light'], [360, 'dark'], [1440, 'light'], [1440, 'dark'], [3840, 'light'], [3840, 'dark']]
  : [[360, 'light'], [1440, 'dark'], [3840, 'light']]

const long = 'Wolfeschlegelsteinhausenbergerdorff'
const name200 = long.repeat(6).slice(0, 200)
const family = '\u{1f469}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}'
const people = [
  { userId: 'long', name: name200, company: `${'Rhabarberbarbarabar'.repeat(7)} GmbH & Co. KG`, title: 'VP ' + 'Infrastrukturbeschaffungskoordination'.repeat(3) },
  { userId: 'arabic', name: 'محمد بن عبد الله بن عبد المطلب', company: 'شركة الاختبار المحدودة', title: 'مدير المشتريات' },
  { userId: 'hebrew', name: 'משה כהן-לוי (VP)', company: 'חברת בדיקה בע״מ', title: 'VP' },
  { userId: 'override', name: '\u202eevil\u202c txt.exe', company: '\u2067abc\u2069', title: 'VP' },
  { userId: 'emoji', name: `${family} \u{1f1e9}\u{1f1ea} \u{1f44d}\u{1f3fd}`.repeat(4), company: '\u{1f3e2}', title: '\u{1f9d1}\u200d\u{1f4bb}' },
  { userId: 'html', name: '<script>alert(1)</script><img src=x onerror=alert(1)>', company: '</td></table><h1>Hi</h1>', title: '{{ 7 * 7 }} ${x} %s' },
  { userId: 'marks', name: 'Z\u0351\u036b\u0343\u036a\u0302a\u0368\u0301l\u0364\u0300g\u0321\u031bo\u0489\u0317'.repeat(6), company: '\u200b', title: '   ' },
  { userId: 'blank', name: ' ', company: '', title: null },
  { userId: '=HYPERLINK("http://x","y")', name: '=1+1', company: '@SUM(A1)', title: '-2+3' },
  { userId: `a/b?c=d&e#f %2F "q" ${'\u{1f600}'}`, name: 'null', company: 'undefined', title: 'NaN' },
  { userId: 'i'.repeat(200), title: 'VP' },
]

async function call(place, body, key = 'WEB') {
  const answer = await fetch(url + place, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', authorization: key === 'WEB' ? `Basic ${Buffer.from('WEB:').toString('base64')}` : `Bearer ${key}` },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  assert.ok(answer.status < 300, `${place}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

// Leads with all that a store can hold of them, and answers of sales.
async function fill() {
  const traits = (index) => Object.fromEntries(
    Array.from({ length: 36 }, (_, at) => [`attribute_with_a_name_that_somebody_thought_about_for_long_${String(at).padStart(2, '0')}`, at % 3 ? `${long} ${index}` : 'نص'.repeat(30)]))
  for (const [index, { userId, ...about }] of people.entries()) {
    await call('/v1/identify', { userId, traits: { ...about, ...traits(index), employees: 250, email: `${userId.slice(0, 40).replace(/[^a-z]/g, 'x')}@${'sub.'.repeat(20)}example.com`, source: name200 } })
    await call('/v1/page', { userId, name: name200, properties: { path: `/${'very-long-path-'.repeat(40)}` } })
    await call('/v1/track', { userId, event: 'demo_requested', properties: { note: name200 } })
    await call('/v1/track', { userId, event: name200, messageId: `${userId}-strange` })
  }
  // A lead of which only an id is known; facts of long ago, and of times to come.
  await call('/v1/track', { userId: 'bare', event: 'page_viewed' })
  await call('/v1/track', { userId: 'long', event: 'page_viewed', timestamp: '1969-12-31T23:59:59Z' })
  await call('/v1/track', { userId: 'long', event: 'page_viewed', timestamp: '2090-01-01T00:00:00Z' }).catch(() => {})
  for (const [date, amount] of [['1999-01-01', 0.01], ['2026-01-01', 123456789012.5]]) {
    await call('/api/spend', { date, amount, campaign: name200, lead_source: 'مصدر', by: name200.slice(0, 60) }, 'MANAGE')
  }
  await call('/api/leads/hebrew/merge', { other: 'arabic', by: 'mia', reason: name200 }, 'MANAGE')
  let open = []
  for (let tries = 0; open.length < 9 && tries < 100; tries += 1) {
    open = (await call('/api/hand-offs?limit=50', undefined, 'MANAGE')).hand_offs
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const answer = (at, word, body) => call(`/api/hand-offs/${encodeURIComponent(open[at].id)}/${word}`, { by: 'כהן'.repeat(20), ...body }, 'MANAGE')
  await answer(0, 'accept', {})
  await answer(1, 'reject', { reason: 'لا توجد ميزانية' })
  await answer(2, 'accept', {})
  await answer(2, 'open-opportunity', { amount: 98765432109.99, close_date: '2090-12-31', qualification: { budget: true, authority: true, need: false, timeline: true } })
  await answer(2, 'win', { amount: 98765432109.99 })
  // What is told to others: nobody has these addresses, so the first ends up failing, and the others have nothing to send.
  await call('/api/webhooks', { url: `https://${'sub.'.repeat(40)}invalid/${long.repeat(9)}?q=${name200}`, description: name200 }, 'MANAGE')
  const fields = Object.fromEntries(['score', 'fit', 'engagement'].map((field) => [field, `${field}_${'x'.repeat(80)}`]))
  for (const connector of [
    { kind: 'hubspot', secret: 'pat', description: 'وصف'.repeat(40), connector: { fields } },
    { kind: 'salesforce', secret: 's', url: `${'x'.repeat(50)}.my.salesforce.com`, connector: { client_id: 'k'.repeat(80), object: 'contact' } },
  ]) {
    const { id } = await call('/api/webhooks', connector, 'MANAGE')
    await call(`/api/webhooks/${id}/disable`, {}, 'MANAGE')
  }
  // What cannot be read is kept aside.
  await fetch(`${url}/v1/batch`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('WEB:').toString('base64')}` },
    body: JSON.stringify({ batch: [{ type: 'track', userId: 'x'.repeat(5000), event: 'e', messageId: name200 }, { type: 'identify' }] }),
  })
}

async function enter(browser) {
  const context = await browser.newContext({ reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(setUp)
  await page.fill('#name', what === 'strange' ? name200.slice(0, 100) : 'Ann Lee')
  await page.fill('#email', 'ann@acme.example')
  await page.fill('#password', 'five quiet words in a row')
  await Promise.all([page.waitForURL(/account/), page.click('main button.primary')])
  await page.goto(`${base}/settings/people`)
  await page.locator('main a[href^="/settings/people/"]').first().click()
  for (const role of ['viewer', 'marketing', 'sales', 'admin']) await page.check(`input[name=${role}]`)
  await page.locator("form[action$='/roles'] button").click()
  await page.goto(`${base}/sign-in`)
  if (await page.locator('#password').count()) {
    await page.fill('#email', 'ann@acme.example')
    await page.fill('#password', 'five quiet words in a row')
    await page.click('main button.primary')
  }
  await page.waitForURL((to) => to.pathname !== '/sign-in')
  return context
}

// What people of the service make, with the longest names there may be.
async function make(context) {
  const page = await context.newPage()
  await page.goto(`${base}/settings/people`)
  await page.fill('#email', `${'a'.repeat(60)}@${'b'.repeat(60)}.example`)
  await page.check('input[name=sales]')
  await page.getByRole('button', { name: 'Invite' }).click()
  const invitation = await page.inputValue('#link')
  await page.goto(`${base}/settings/keys`)
  await page.locator('main form input:not([type=hidden]):not([type=checkbox]):not([type=radio])').first().fill(name200.slice(0, 80))
  await page.locator('main form button.primary').first().click()
  await page.waitForLoadState()
  await page.goto(`${base}/leads?stage=${encodeURIComponent('جديد')}`)
  const view = page.locator('form[action="/leads/views"] input[name=name]')
  if (await view.count()) {
    await view.fill(name200.slice(0, 60))
    await page.locator('form[action="/leads/views"] button').click()
    await page.waitForLoadState()
  }
  await page.goto(`${base}/definition/edit`)
  await page.waitForSelector('.editor-host, textarea')
  const text = await page.inputValue('#text')
  await page.evaluate((changed) => { document.getElementById('text').value = changed }, text.replace('points: 60', 'points: 45'))
  await Promise.all([
    page.waitForURL(/definition\/[0-9a-f]{64}/),
    page.evaluate(() => { const form = document.getElementById('editor-form'); form.requestSubmit(form.querySelector('button[value=keep]')) }),
  ])
  await page.fill('#note', name200)
  await page.getByRole('button', { name: 'Propose it' }).click()
  await page.waitForLoadState()
  await page.close()
  return new URL(invitation).pathname
}

const first = async (page, place, selector) => {
  await page.goto(base + place)
  const links = await page.locator(selector).evaluateAll((all) => all.map((each) => each.getAttribute('href')))
  return links.map((link) => link.split('?')[0]).filter((link, at, all) => all.indexOf(link) === at)
}

// Fills the parts of paths with what there is. A page that is not named here is looked at as it is.
async function places(context, invitation) {
  const page = await context.newPage()
  const leads = what === 'strange' ? people.map(({ userId }) => `/leads/${encodeURIComponent(userId)}`) : ['/leads/nobody']
  const versions = await first(page, '/definition', 'main a[href^="/definition/"]')
  const texts = versions.filter((link) => /[0-9a-f]{64}$/.test(link))
  const [a, b] = texts.map((link) => link.split('/').pop())
  const reports = ['key-metrics', 'waterfall', 'calibration', 'threshold', 'wasted', 'missed', 'journeys', 'speed', 'drift', 'turned']
  const known = {
    '/': [],
    // These are no pages.
    '/assets/{name}': [], '/changes': [], '/leads.csv': [], '/leads/{id}/export': [], '/reports/{name}/{table}': [], '/settings/audit.csv': [],
    '/definition/{fingerprint}/file': [], '/data/import/rejects.csv': [],
    // These need a provider, or a code that was asked for.
    '/sign-in/sso': [], '/sign-in/sso/callback': [], '/sign-in/code': [],
    '/set-up/{link}': ['/set-up/used-up'],
    '/invitation/{link}': [invitation ?? '/invitation/none'],
    '/reset/{link}': ['/reset/none'],
    '/queue': ['/queue', '/queue?only=overdue', '/queue?state=accepted'],
    '/leads': ['/leads', '/leads?sort=id', '/leads?q=zzz', '/leads?attribute=employees&at_least=100'],
    '/leads/{id}': leads,
    '/reports/{name}': [...reports.map((name) => `/reports/${name}`), ...(texts.length ? ['/reports/key-metrics?cut=source&by=week', '/reports/speed?from=2026-02-30'] : [])],
    '/definition/compare': ['/definition/compare', ...(b ? [`/definition/compare?a=${a}&b=${b}`] : [])],
    '/definition/{fingerprint}': texts.length ? [...texts, `${texts[0]}?view=file`] : ['/definition/none'],
    '/data/quarantine/{id}': await first(page, '/data/quarantine', 'main a[href^="/data/quarantine/"]'),
    '/data/import/columns': ['/data/import/columns'],
    '/settings/people/{id}': await first(page, '/settings/people', 'main a[href^="/settings/people/"]'),
    '/settings/teams/{name}': await first(page, '/settings/teams', 'main a[href^="/settings/teams/"]'),
    '/settings/connectors/{id}': await first(page, '/settings/connectors', 'main a[href^="/settings/connectors/"]'),
    '/settings/webhooks/{id}': await first(page, '/settings/webhooks', 'main a[href^="/settings/webhooks/"]'),
    '/sign-in': [], '/forgotten': [],
  }
  await page.close()
  const listed = fs.readFileSync(pages, 'utf8').trim().split('\n').map((line) => line.split(' ')).filter(([methods]) => methods.split(',').includes('GET'))
  const all = listed.flatMap(([, pattern]) => known[pattern] ?? [pattern])
  for (const place of all) assert.ok(!/[{}]/.test(decodeURIComponent(place).replace(/\{\{.*\}\}/, '')), `${place}: say in \`places\` what to fill it with`)
  return all
}

async function look(page, name) {
  await page.evaluate(axe)
  const found = await page.evaluate(() =>
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }))
  for (const violation of found.violations) {
    wrong.push(`${name}: ${violation.id}: ${violation.nodes.slice(0, 4).map((node) => node.target.join(' ')).join(' | ')}`)
  }
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return ''
    const out = [...document.querySelectorAll('main *')].filter((each) => each.getBoundingClientRect().right > clientWidth + 1 && !each.closest('.scroll, pre, table'))
    return `wider than the window: ${out.slice(0, 3).map((each) => each.outerHTML.slice(0, 80)).join(' | ')}`
  })
  if (wide) wrong.push(`${name}: ${wide}`)
}

async function main() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] })
  if (what === 'strange') await fill()
  const context = await enter(browser)
  const invitation = what === 'strange' ? await make(context) : undefined
  const all = await places(context, invitation)
  const stranger = await browser.newContext({ reducedMotion: 'reduce' })
  const views = [...all.map((place) => [context, place]), ...['/sign-in', '/forgotten'].map((place) => [stranger, place])]
  for (const [by, place] of views) {
    const page = await by.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (4\d\d)/.test(message.text())) wrong.push(`${place}: ${message.text()}`)
    })
    page.on('pageerror', (error) => wrong.push(`${place}: ${error.message}`))
    page.on('dialog', (dialog) => { wrong.push(`${place}: a dialog: ${dialog.message()}`); dialog.dismiss() })
    const answer = await page.goto(base + place)
    if (answer.status() >= 500) wrong.push(`${place}: ${answer.status()}`)
    // What is computed in the background comes by itself.
    await page.waitForFunction(() => !document.querySelector('[data-waiting]'), null, { timeout: 60_000 })
    for (const [width, scheme] of screens) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme: scheme })
      const name = `${place.slice(1).replace(/[^a-z0-9]+/gi, '-').slice(0, 60) || 'first'}-${width}-${scheme}`
      await look(page, `${place.slice(0, 80)} ${width} ${scheme}`)
      if (process.env.SCREENSHOTS) await page.screenshot({ path: path.join(process.env.SCREENSHOTS, `${what}-${name}.png`) })
    }
    await page.close()
  }
  await browser.close()
  assert.deepEqual(wrong, [])
}

main().catch((error) => {
  console.error(error)
  if (wrong.length) console.error(wrong.join('\n'))
  process.exit(1)
})
