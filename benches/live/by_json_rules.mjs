// Measures the rules of benches/batch/definition.yaml as somebody writes them who has json-rules-engine and not bantam.
//
// usage: node by_json_rules.mjs LEADS ROUNDS
//
// The engine decides conditions, windows among them; it knows nothing of halving and caps, so those are JavaScript. What is
// missing is null, which no operator here accepts. Events go to an engine that has only the rules for events of their name.
// LEADS is what crates/bantam-engine/benches/live.rs wrote, read before anything is measured. Every lead's score must be the
// one in there, else there are no figures. Prints a JSON object: microseconds per lead.

import { readFileSync } from "node:fs";
import { Engine } from "json-rules-engine";

const DAY = 86_400_000_000;
const TURN_MS = 1_000;

const equal = (fact, value) => ({ fact, operator: "equal", value });
const notEqual = (fact, value) => ({ fact, operator: "notEqual", value });
const isIn = (fact, ...value) => ({ fact, operator: "in", value });
const atLeast = (fact, value) => ({ fact, operator: "greaterThanInclusive", value });
const below = (fact, value) => ({ fact, operator: "lessThan", value });
const startsWith = (fact, value) => ({ fact, operator: "startsWith", value });
const endsWith = (fact, value) => ({ fact, operator: "endsWith", value });
const youngerThan = (days) => below("age", days * DAY);

const rule = (conditions, params) => ({ conditions, event: { type: "points", params } });

const FIT = [
  rule({ all: [isIn("industry", "software", "fintech", "healthcare")] }, { points: 15 }),
  rule({ all: [atLeast("employees", 50), below("employees", 1000)] }, { points: 20 }),
  rule({ all: [atLeast("employees", 1000)] }, { points: 10 }),
  rule({ all: [below("employees", 5)] }, { points: -10 }),
  rule({ all: [isIn("country", "US", "GB", "DE", "CA")] }, { points: 10 }),
  rule({ all: [isIn("country", "IR", "KP")] }, { points: -50 }),
  rule({ any: ["VP of ", "Chief ", "Head of "].map((start) => startsWith("title", start)) }, { points: 15 }),
  rule({ any: ["Student ", "Intern "].map((start) => startsWith("title", start)) }, { points: -20 }),
  rule({ all: [isIn("department", "marketing", "sales")] }, { points: 10 }),
  rule({ all: [atLeast("annual_revenue", 10_000_000)] }, { points: 15 }),
  rule({ any: ["@gmail.com", "@yahoo.com"].map((end) => endsWith("email", end)) }, { points: -15 }),
  rule({ all: [equal("lead_source", "referral"), equal("consent", true)] }, { points: 10 }),
];

// Windows are conditions; `place` says whose cap it is that points count against.
const ENGAGEMENT = [
  { on: "page_view", when: [youngerThan(90)], points: 1, cap: 10 },
  { on: "page_view", when: [youngerThan(90), startsWith("path", "/pricing")], points: 5, cap: 30, halveEvery: 30 },
  { on: "page_view", when: [youngerThan(180), startsWith("path", "/careers")], points: -2, cap: 10 },
  { on: "email_open", when: [], points: 1, cap: 15, halveEvery: 30 },
  { on: "email_click", when: [notEqual("channel", "bot"), notEqual("channel", null)], points: 3, cap: 30, halveEvery: 30 },
  { on: "form_submit", when: [], points: 10, halveEvery: 30 },
  { on: "demo_request", when: [youngerThan(180)], points: 30, cap: 60 },
  { on: "webinar_attend", when: [], points: 8, cap: 24, halveEvery: 30 },
  { on: "content_download", when: [atLeast("value", 30)], points: 4, cap: 20, halveEvery: 30 },
  { on: "login", when: [youngerThan(120)], points: 1, cap: 20, halveEvery: 30 },
  { on: "trial_start", when: [youngerThan(60)], points: 40, cap: 40 },
  { on: "unsubscribe", when: [], points: -25 },
].map(({ on, when, ...params }, place) => ({ on, rule: rule({ all: [equal("event", on), ...when] }, { ...params, place }) }));

const STAGES = [[90, "Sales-ready"], [60, "Qualified"], [30, "Engaged"], [-Infinity, "Raw"]];

const isText = (value) => typeof value === "string";

function makeEngine(rules) {
  const engine = new Engine(rules);
  engine.addOperator("startsWith", (text, start) => text.startsWith(start), isText);
  engine.addOperator("endsWith", (text, end) => text.endsWith(end), isText);
  return engine;
}

const ofLead = makeEngine(FIT);
const ofEvents = new Map(
  [...new Set(ENGAGEMENT.map(({ on }) => on))].map((on) => [
    on,
    makeEngine(ENGAGEMENT.filter((written) => written.on === on).map(({ rule }) => rule)),
  ]),
);

async function score(lead, asOf) {
  const { events } = await ofLead.run(lead.attributes);
  const fit = events.reduce((sum, { params }) => sum + params.points, 0);
  const sums = new Array(ENGAGEMENT.length).fill(0);
  for (const { name, time, properties } of lead.events) {
    const engine = ofEvents.get(name);
    if (engine === undefined || time > asOf) continue;
    const age = asOf - time;
    const { events } = await engine.run({ event: name, age, ...properties });
    for (const { params } of events) sums[params.place] += decayed(params, age);
  }
  const caps = ENGAGEMENT.map(({ rule }) => rule.event.params.cap ?? Infinity);
  const engagement = sums.reduce((sum, points, place) => sum + Math.max(-caps[place], Math.min(caps[place], points)), 0);
  const stage = STAGES.find(([from]) => fit + engagement >= from)[1];
  return { fit, engagement, stage };
}

function decayed({ points, halveEvery }, age) {
  return halveEvery === undefined ? points : Math.trunc(points / 2 ** Math.floor(age / (halveEvery * DAY)));
}

async function compare(leads, asOf) {
  for (const lead of leads) {
    const theirs = await score(lead, asOf);
    if (Object.keys(theirs).some((key) => theirs[key] !== lead.score[key])) {
      throw new Error(`${lead.id}: bantam gives ${JSON.stringify(lead.score)}, json-rules-engine ${JSON.stringify(theirs)}`);
    }
  }
}

// Returns how long a lead took on each pass over all of them.
async function measure(leads, asOf, rounds) {
  const passes = [];
  const until = performance.now() + rounds * TURN_MS;
  while (performance.now() < until) {
    const start = performance.now();
    for (const lead of leads) await score(lead, asOf);
    passes.push(((performance.now() - start) * 1000) / leads.length);
  }
  return passes.sort((a, b) => a - b)[Math.floor(passes.length / 2)];
}

const [file, rounds] = process.argv.slice(2);
const { as_of: asOf, leads } = JSON.parse(readFileSync(file, "utf8"));
await compare(leads, asOf);
await measure(leads, asOf, 1); // The first second is the compiler's.
console.log(JSON.stringify({ "json-rules-engine": await measure(leads, asOf, Number(rounds)) }));
