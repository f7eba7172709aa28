// Sends the story from a page in Chromium: `node browser.cjs URL KEY segment|segment-batch|rudderstack`.
//
// The page stands on a port of its own, so that it is a stranger to the service and the browser asks before it sends.
const { chromium } = require('playwright-core')
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')

const [url, key, which] = process.argv.slice(2)
const modules = process.env.NODE_PATH
const library = which === 'rudderstack'
  ? path.join(modules, '@rudderstack/analytics-js/dist/npm/modern/bundled/umd')
  : path.join(modules, '@segment/analytics-next/dist/umd')

const load = {
  segment: `
    const { AnalyticsBrowser } = window.AnalyticsNext
    const analytics = AnalyticsBrowser.load({ writeKey: ${JSON.stringify(key)}, cdnURL: ${JSON.stringify(url)} })`,
  'segment-batch': `
    const { AnalyticsBrowser } = window.AnalyticsNext
    const analytics = AnalyticsBrowser.load({ writeKey: ${JSON.stringify(key)}, cdnURL: ${JSON.stringify(url)} }, {
      integrations: { 'Segment.io': { deliveryStrategy: { strategy: 'batching', config: { size: 4, timeout: 500 } } } },
    })`,
  rudderstack: `
    const analytics = new window.rudderanalytics.RudderAnalytics()
    analytics.load(${JSON.stringify(key)}, ${JSON.stringify(url)}, { configUrl: ${JSON.stringify(url)} })`,
}[which]

const page = `<!doctype html><title>Pricing</title>
<script src="/library/index.js"></script>
<script>${load}
  analytics.track('ebook_downloaded')
  analytics.identify('u1', {
    email: 'ann@example.com', industry: 'Software', company: { name: 'Acme' }, createdAt: '2024-01-01T00:00:00Z',
  })
  analytics.page('Pricing')
  analytics.track('demo_requested', { plan: 'pro' })
  analytics.group('g1', { name: 'Acme', employees: 50 })
  analytics.alias('u1')
</script>`

function serve(request, response) {
  const asked = new URL(request.url, 'http://page')
  if (asked.pathname.startsWith('/library/')) {
    response.setHeader('content-type', 'text/javascript')
    response.end(fs.readFileSync(path.join(library, path.basename(asked.pathname))))
  } else {
    response.setHeader('content-type', 'text/html')
    response.end(asked.pathname === '/pricing' ? page : '')
  }
}

async function main() {
  const server = http.createServer(serve).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] })
  const tab = await browser.newPage()
  const show = process.env.SHOW ? console.error : () => {}
  tab.on('console', (message) => show('console', message.text()))
  tab.on('pageerror', (error) => show('error', error))
  tab.on('requestfailed', (request) => show('failed', request.url(), request.failure()))
  tab.on('response', (response) => show(response.status(), response.request().method(), response.url()))
  await tab.goto(`http://127.0.0.1:${server.address().port}/pricing?utm_source=x&utm_campaign=y`)
  // The test says when everything has arrived.
  await new Promise((resolve) => process.stdin.once('data', resolve))
  await browser.close()
  server.close()
  process.stdin.destroy()
}

main()
