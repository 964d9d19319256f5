// Node with its usual WebSocket package, ws, and JSON.parse.
const { readFileSync } = require('fs');
const WebSocket = require('ws');

const [url, count] = process.argv.slice(2);
const expected = Number(count);
const latency = process.argv[4] ? [] : null;
let hasId = false, events = 0, text = 0, transcripts = 0, cpu, wall;

const ca = process.env.BENCH_CA;
const socket = new WebSocket(url.replace('http', 'ws') + '/ws', ca ? { ca: readFileSync(ca) } : {});
socket.on('message', (bytes) => {
  const event = JSON.parse(bytes);
  if (!hasId) {
    hasId = true;
    return;
  }
  if (events === 0) {
    cpu = process.cpuUsage();
    wall = process.hrtime.bigint();
  }
  if (latency) latency.push(Number(process.hrtime.bigint()) - event.sent_ns);
  if (event.channel === 'transcript') transcripts++;
  text += event.data.text.length;
  if (++events < expected) return;
  cpu = process.cpuUsage(cpu);
  wall = Number(process.hrtime.bigint() - wall) / 1e9;
  const result = { events, text, unit: 'utf16', transcripts, cpu: (cpu.user + cpu.system) / 1e6, wall };
  if (latency) {
    latency.sort((a, b) => a - b);
    result.p50 = latency[Math.floor(events / 2)] / 1e3;
    result.p99 = latency[Math.floor(events * 0.99)] / 1e3;
  }
  console.log(JSON.stringify(result));
  socket.terminate();
});
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
