// Sends the story with @segment/analytics-node: `node segment.cjs URL KEY [hold]`.
const { Analytics } = require('@segment/analytics-node')
const { halfway } = require('./halfway.cjs')

async function main() {
  const [url, key] = process.argv.slice(2)
  const analytics = new Analytics({ writeKey: key, host: url })
  analytics.on('error', (error) => {
    console.error('not delivered', error)
    process.exitCode = 1
  })
  analytics.identify({
    userId: 'u1',
    traits: { email: 'ann@example.com', industry: 'Software', company: { name: 'Acme' }, createdAt: new Date('2024-01-01T00:00:00Z') },
  })
  analytics.track({ userId: 'u1', event: 'demo_requested', properties: { plan: 'pro' } })
  await halfway(() => analytics.flush())
  analytics.page({ userId: 'u1', name: 'Pricing', properties: { path: '/pricing', referrer: '$direct' } })
  analytics.group({ userId: 'u1', groupId: 'g1', traits: { name: 'Acme', employees: 50 } })
  analytics.track({ anonymousId: 'a1', event: 'ebook_downloaded' })
  analytics.alias({ userId: 'u1', previousId: 'a1' })
  analytics.alias({ userId: 'u1', previousId: 'u1' })
  await analytics.closeAndFlush({ timeout: 60_000 })
}

main()
