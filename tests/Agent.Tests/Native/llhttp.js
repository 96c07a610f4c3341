// SPDX-License-Identifier: Apache-2.0
// Reads heads from standard input, each behind its size, with the parser that Node.js carries, and prints for each how
// the body is framed: none, length N, "length, longer", chunked, close; or error. Node.js has no public name for its parser.
'use strict';
const { HTTPParser } = require('_http_common');

// One chunk and the last one; as plain data, it begins with another byte.
const following = Buffer.from('1\r\nx\r\n0\r\n\r\n');

function parse(head) {
  const parser = new HTTPParser();
  const seen = { headers: false, complete: false, upgrade: false, first: undefined, size: 0 };
  const response = /^[\r\n]*HTTP\//.test(head.toString('latin1'));
  parser.initialize(response ? HTTPParser.RESPONSE : HTTPParser.REQUEST, {});
  parser[HTTPParser.kOnHeaders] = () => {};
  parser[HTTPParser.kOnHeadersComplete] = (...values) => {
    seen.headers = true;
    seen.upgrade = values[7];
    return 0;
  };
  parser[HTTPParser.kOnBody] = piece => {
    seen.first ??= piece[0];
    seen.size += seen.complete ? 0 : piece.length;
  };
  parser[HTTPParser.kOnMessageComplete] = () => { seen.complete = true; };
  seen.failed = parser.execute(head) instanceof Error;
  return { parser, seen };
}

function framing(head) {
  const { parser, seen } = parse(head);
  if (seen.failed || !seen.headers) {
    return 'error';
  }
  if (seen.upgrade || seen.complete) {
    return 'none';
  }
  parser.execute(following);
  if (String.fromCharCode(seen.first) === 'x') {
    return 'chunked';
  }
  if (seen.complete) {
    return `length ${seen.size}`;
  }
  return parser.finish() instanceof Error ? 'length, longer' : 'close';
}

const input = require('fs').readFileSync(0);
const lines = [];
for (let at = 0; at < input.length;) {
  const size = input.readUInt32LE(at);
  lines.push(framing(input.subarray(at + 4, at + 4 + size)));
  at += 4 + size;
}
process.stdout.write(lines.join('\n') + '\n');
