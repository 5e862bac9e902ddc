// SPDX-License-Identifier: BSL-1.0
#include "export/page.hpp"

namespace weft::trace_tool {

// Texts of the recording get into the page as text only, never as markup.

const std::string_view page_before_data = R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>weft-trace</title>
<style>
:root { color-scheme: light dark; --run: #2a9d4a; --ready: #e0a100; --wait: #7d93b8; }
body { font: 14px/1.4 system-ui, sans-serif; margin: 1em 2em; }
h1 { font-size: 1.3em; } h2 { font-size: 1.1em; margin-top: 1.5em; }
table { border-collapse: collapse; } td, th { padding: 1px 10px; text-align: left; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
th { cursor: pointer; border-bottom: 1px solid gray; }
canvas { display: block; } .key span { padding: 0 .6em; margin-right: .6em; color: #fff; }
.flame { position: relative; overflow: hidden; font-size: 11px; }
.flame div { position: absolute; height: 17px; overflow: hidden; white-space: nowrap;
 box-sizing: border-box; border: 1px solid Canvas; color: #000; cursor: pointer; }
#said { position: sticky; bottom: 0; background: Canvas; min-height: 1.4em; }
.worst { color: #d33; }
</style></head><body>
<h1 id="title">weft-trace</h1><div id="head"></div>
<h2>Findings</h2><ul id="findings"></ul>
<h2>Timeline</h2>
<p class="key"><span style="background:var(--run)">run</span><span
 style="background:var(--ready)">ready</span><span style="background:var(--wait)">wait</span></p>
<canvas id="timeline"></canvas>
<h2>Fibers</h2><table id="fibers"></table>
<h2>Waits</h2><table id="waits"></table>
<h2>Where time was waited</h2><div class="flame" id="flame-wait"></div>
<h2>Where time was run</h2><div class="flame" id="flame-run"></div>
<p id="said"></p>
<script type="text/plain" id="data">)page";

const std::string_view page_after_data = R"page(</script>
<script>
'use strict';
const by = id => document.getElementById(id);
const make = (tag, text, kind) => {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const duration = ns => ns < 1e3 ? ns + ' ns' : ns < 1e6 ? (ns / 1e3).toFixed(1) + ' us'
  : ns < 1e9 ? (ns / 1e6).toFixed(2) + ' ms' : (ns / 1e9).toFixed(2) + ' s';
const bytesOf = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));

async function read() {
  const packed = new Blob([bytesOf(by('data').textContent)]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream('deflate-raw'))).json();
}

function table(id, columns, rows) {
  const draw = () => {
    const shown = by(id);
    shown.replaceChildren();
    const head = shown.insertRow();
    columns.forEach(([title, key, isTime], at) => {
      const cell = make('th', title, at ? 'n' : '');
      cell.onclick = () => {
        rows.sort((a, b) => typeof a[key] === 'number' ? b[key] - a[key]
          : String(a[key]).localeCompare(b[key]));
        draw();
      };
      head.append(cell);
    });
    for (const row of rows.slice(0, 500)) {
      const line = shown.insertRow();
      columns.forEach(([, key, isTime], at) => line.append(
        make('td', isTime ? duration(row[key]) : row[key], at ? 'n' : '')));
    }
  };
  draw();
}

function timeline(data) {
  const canvas = by('timeline'), label = 220, high = 14;
  const wide = Math.max(600, document.body.clientWidth - label);
  canvas.width = label + wide;
  canvas.height = high * data.rows.length + 4;
  const paint = canvas.getContext('2d'), style = getComputedStyle(document.documentElement);
  const colours = ['--run', '--ready', '--wait'].map(name => style.getPropertyValue(name));
  const text = getComputedStyle(document.body).color;
  data.rows.forEach((row, at) => {
    paint.fillStyle = text;
    paint.font = '11px system-ui';
    paint.fillText(row.name.slice(0, 34), 0, at * high + 11);
    const shares = bytesOf(row.shares), count = shares.length / 3;
    for (let i = 0; i < count; ++i) {
      let top = at * high + high - 1;
      for (let part = 0; part < 3; ++part) {
        const tall = shares[3 * i + part] / 255 * (high - 2);
        paint.fillStyle = colours[part];
        paint.fillRect(label + i * wide / count, top - tall, wide / count + .5, tall);
        top -= tall;
      }
    }
  });
  canvas.onmousemove = move => {
    const row = data.rows[Math.floor(move.offsetY / high)];
    const share = (move.offsetX - label) / wide;
    by('said').textContent = row && share >= 0
      ? row.name + ' at ' + duration(Math.round(share * data.nanoseconds)) : '';
  };
}

function tree(paths) {
  const root = { name: 'all', value: 0, inner: new Map() };
  for (const [path, value] of paths) {
    let node = root;
    root.value += value;
    for (const name of path.split(';')) {
      if (!node.inner.has(name)) node.inner.set(name, { name, value: 0, inner: new Map() });
      node = node.inner.get(name);
      node.value += value;
    }
  }
  return root;
}

function flame(id, paths) {
  const shown = by(id), whole = tree(paths);
  const draw = root => {
    shown.replaceChildren();
    let deepest = 0;
    const place = (node, left, depth) => {
      const wide = node.value / root.value * 100;
      if (wide < .1) return;
      deepest = Math.max(deepest, depth);
      const box = make('div', node.name);
      box.style.left = left + '%';
      box.style.width = wide + '%';
      box.style.top = depth * 17 + 'px';
      box.style.background = 'hsl(' + (node.name.length * 37 % 60) + ' 75% 68%)';
      box.title = node.name + ': ' + duration(node.value) + ', ' + wide.toFixed(1) + ' %';
      box.onclick = () => draw(node === root ? whole : node);
      shown.append(box);
      for (const inner of node.inner.values()) {
        place(inner, left, depth + 1);
        left += inner.value / root.value * 100;
      }
    };
    place(root, 0, 0);
    shown.style.height = (deepest + 1) * 17 + 'px';
  };
  if (whole.value) draw(whole); else shown.textContent = 'nothing';
}

read().then(data => {
  by('title').textContent = data.title;
  data.head.forEach(line => by('head').append(make('div', line)));
  if (!data.findings.length) by('findings').append(make('li', 'none'));
  data.findings.forEach(each => by('findings').append(
    make('li', each.kind + ': ' + each.text, each.kind === 'deadlock' ? 'worst' : '')));
  timeline(data.timeline);
  table('fibers', [['name', 'name'], ['id', 'id'], ['run', 'run', 1], ['ready', 'ready', 1],
    ['wait', 'wait', 1], ['runs', 'runs'], ['longest run', 'longestRun', 1]], data.fibers);
  table('waits', [['reason', 'name'], ['count', 'count'], ['together', 'total', 1],
    ['p50', 'p50', 1], ['p90', 'p90', 1], ['p99', 'p99', 1], ['longest', 'longest', 1]], data.waits);
  flame('flame-wait', data.flameWait);
  flame('flame-run', data.flameRun);
  document.body.dataset.shown = 'yes';
}).catch(problem => { by('title').textContent = 'This browser cannot show it: ' + problem; });
</script></body></html>
)page";

}  // namespace weft::trace_tool
