// nlp.js (NlpManager), one process: node nlpjs.js JOB.json OUT.json, started by tests/bench/hearing.py.
const fs = require("fs");
const path = require("path");
const [, , jobPath, outPath, modules] = process.argv;
const { NlpManager } = require(path.join(modules, "node-nlp"));

async function main() {
  const job = JSON.parse(fs.readFileSync(jobPath, "utf8"));
  const languages = job.options.languages;
  const start = process.hrtime.bigint();
  const manager = new NlpManager({ languages, nlu: { log: false }, forceNER: false, autoSave: false });
  for (const [text, label, lang] of job.train) manager.addDocument(languages.includes(lang) ? lang : languages[0], text, label);
  await manager.train();
  const built = Number(process.hrtime.bigint() - start) / 1e9;
  const labels = [...new Set(job.train.map((row) => row[1]))].sort();
  const column = new Map(labels.map((label, n) => [label, n]));

  // One language: say so. Several: nlp.js guesses, as it would have to.
  const score = async (text) => {
    const found = languages.length === 1 ? await manager.process(languages[0], text) : await manager.process(text);
    const row = new Array(labels.length).fill(0);
    for (const { intent, score } of found.classifications || []) if (column.has(intent)) row[column.get(intent)] = score;
    return row;
  };
  const found = {};
  let messages = 0;
  const before = process.cpuUsage();
  for (const [part, texts] of Object.entries(job.sets)) {
    found[part] = [];
    for (const text of texts) found[part].push((await score(text)).map((x) => Math.round(x * 1e6) / 1e6));
    messages += texts.length;
  }
  const used = process.cpuUsage(before);
  const times = [];
  for (const text of job.timed) {
    const begin = process.cpuUsage();
    await score(text);
    const spent = process.cpuUsage(begin);
    times.push((spent.user + spent.system) / 1000);
  }
  times.sort((a, b) => a - b);
  const info = {
    labels, built, step: 1,
    p50: times[Math.floor(0.5 * (times.length - 1))], p99: times[Math.floor(0.99 * (times.length - 1))],
    rate: messages / ((used.user + used.system) / 1e6), rss: process.memoryUsage().rss / 1048576,
  };
  fs.writeFileSync(outPath, JSON.stringify({ info, found }));
}

main().catch((problem) => { console.error(problem); process.exit(1); });
