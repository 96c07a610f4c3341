// SPDX-License-Identifier: Apache-2.0
// relay.js serve PORT ADDRESS (http|fetch): asks ADDRESS for every request that it gets; the path says how.
'use strict';
const http = require('http');

const [, port, next, library] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5));

function viaHttp(url) {
  return new Promise((resolve, reject) => {
    http.get(url, { agent }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

async function viaFetch(url) {
  return (await fetch(url)).text();
}

const get = library === 'http' ? viaHttp : viaFetch;

async function relayed(way, query) {
  const ask = () => get(`http://${next}/last${query}`);
  if (way === '/twice') await ask();
  if (way === '/paused') await pause();
  if (way === '/both') return (await Promise.all([ask(), ask()]))[1];
  return ask();
}

http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const last = await relayed(url.pathname, url.search);
  response.end(`${port} ${request.headers.traceparent || ''}|${last}`);
}).listen(Number(port), '127.0.0.1');
