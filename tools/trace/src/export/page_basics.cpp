// SPDX-License-Identifier: BSL-1.0
#include "export/page.hpp"

namespace weft::trace_tool {

const std::string_view page_basics_script = R"page(</script>
<script>
'use strict';
const by = id => document.getElementById(id);
const make = (tag, text, kind) => {
  const made = document.createElement(tag);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
};
const duration = ns => ns < 1e3 ? Math.round(ns) + ' ns' : ns < 1e6 ? (ns / 1e3).toFixed(1) + ' us'
  : ns < 1e9 ? (ns / 1e6).toFixed(2) + ' ms' : (ns / 1e9).toFixed(2) + ' s';
const bytesOf = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));

async function read() {
  const packed = new Blob([bytesOf(by('data').textContent)]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream('deflate-raw'))).json();
}

function tell(text, at) {
  const tip = by('tip');
  tip.style.display = text ? 'block' : 'none';
  tip.textContent = text;
  if (!text) return;
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(at.clientX + 14, innerWidth - box.width - 8)) + 'px';
  tip.style.top = Math.max(4, Math.min(at.clientY + 16, innerHeight - box.height - 8)) + 'px';
}

// Columns are [title, member, kind]; kinds: t a time, n a number, else text.
function table(id, columns, rows, shown = 100) {
  const whole = by(id);
  let down = true, by_column = null;
  const draw = () => {
    whole.replaceChildren();
    if (!rows.length) {
      whole.append(make('caption', 'none', 'none'));
      return;
    }
    const head = whole.createTHead().insertRow(), body = whole.createTBody();
    columns.forEach(([title, key, kind]) => {
      const cell = make('th', title + (key === by_column ? down ? ' \u25be' : ' \u25b4' : ''),
        kind ? 'n' : '');
      cell.onclick = () => {
        down = key === by_column ? !down : true;
        by_column = key;
        rows.sort((a, b) => (typeof a[key] === 'number' ? b[key] - a[key]
          : String(a[key]).localeCompare(b[key])) * (down ? 1 : -1));
        draw();
      };
      head.append(cell);
    });
    for (const row of rows.slice(0, shown)) {
      const line = body.insertRow();
      for (const [, key, kind] of columns) {
        const cell = make('td', kind === 't' ? duration(row[key]) : row[key], kind ? 'n' : '');
        if (!kind) cell.title = row[key];
        line.append(cell);
      }
    }
    if (rows.length > shown) {
      const more = make('td', rows.length - shown + ' more', 'none');
      more.style.cursor = 'pointer';
      more.onclick = () => { shown *= 10; draw(); };
      body.insertRow().append(more);
    }
  };
  draw();
}

function findings(all) {
  if (!all.length) by('findings').append(make('li', 'none', 'none'));
  const add = (parent, each) => {
    const line = make('li', '', each.kind);
    line.append(make('b', each.kind.replace('_', ' ')), make('span', ' ' + each.text));
    parent.append(line);
  };
  for (const kind of new Set(all.map(each => each.kind))) {
    const same = all.filter(each => each.kind === kind), first = same.length > 4 ? 3 : 4;
    same.slice(0, first).forEach(each => add(by('findings'), each));
    if (same.length <= first) continue;
    const rest = make('li', 'and ' + (same.length - first) + ' more', kind + ' none');
    rest.style.cursor = 'pointer';
    rest.onclick = () => rest.replaceWith(...same.slice(first).map(each => {
      const parent = document.createDocumentFragment();
      add(parent, each);
      return parent;
    }));
    by('findings').append(rest);
  }
}

function stalls(all) {
  if (!all.length) by('stalls').append(make('p', 'none', 'none'));
  for (const each of all) {
    by('stalls').append(make('div', '#' + each.fiber + ' ' + each.name + ': '
      + duration(each.lasted) + ', ' + each.cause + ', ' + each.ready + ' fibers were ready'));
    by('stalls').append(make('pre', each.frames.join('\n')));
  }
}

function links() {
  for (const title of document.querySelectorAll('h2')) {
    const link = make('a', title.firstChild.textContent);
    link.href = '#' + title.id;
    document.querySelector('nav').append(link);
  }
}
)page";

}  // namespace weft::trace_tool
