// SPDX-License-Identifier: BSL-1.0
#include "export/page.hpp"

namespace weft::trace_tool {

const std::string_view page_flame_script = R"page(
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

// Of the same name always the same colour: `from` is the first of 50 degrees of hue.
function colour(name, from) {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)) >>> 0;
  return 'hsl(' + (from + hash % 50) + ' ' + (62 + hash % 17) + '% ' + (66 + hash % 9) + '%)';
}

function flame(id, paths, hue) {
  const shown = by(id), whole = tree(paths), row = 19;
  const draw = root => {
    shown.replaceChildren();
    let deepest = 0;
    const place = (node, left, depth) => {
      const wide = node.value / root.value * 100;
      if (wide < .1) return;
      deepest = Math.max(deepest, depth);
      const box = make('div', node.name);
      Object.assign(box.style, { left: left + '%', width: wide + '%', top: depth * row + 'px',
        background: colour(node.name, hue) });
      const said = node.name + '\n' + duration(node.value) + ', '
        + (node.value / whole.value * 100).toFixed(1) + ' % of all';
      box.onmousemove = event => tell(said, event);
      box.onmouseleave = () => tell('');
      box.onclick = () => draw(node === root ? whole : node);
      shown.append(box);
      for (const inner of [...node.inner.values()].sort((a, b) => b.value - a.value)) {
        place(inner, left, depth + 1);
        left += inner.value / root.value * 100;
      }
    };
    place(root, 0, 0);
    shown.style.height = (deepest + 1) * row + 'px';
  };
  if (whole.value) draw(whole);
  else shown.append(make('p', 'nothing was recorded', 'none'));
}

read().then(data => {
  document.title = by('title').textContent = data.title;
  data.head.forEach(line => by('head').append(make('div', line)));
  links();
  findings(data.findings);
  flame('flame-wait', data.flameWait, 190);
  flame('flame-run', data.flameRun, 10);
  table('requests', [['name', 'name'], ['count', 'count', 'n'], ['together', 'total', 't'],
    ['p50', 'p50', 't'], ['p90', 'p90', 't'], ['p99', 'p99', 't'], ['longest', 'longest', 't']],
    data.requests);
  table('fibers', [['id', 'id', 'n'], ['name', 'name'], ['run', 'run', 't'],
    ['ready', 'ready', 't'], ['wait', 'wait', 't'], ['runs', 'runs', 'n'],
    ['longest run', 'longestRun', 't'], ['spawned at', 'site']], data.fibers);
  table('waits', [['reason', 'name'], ['count', 'count', 'n'], ['together', 'total', 't'],
    ['p50', 'p50', 't'], ['p90', 'p90', 't'], ['p99', 'p99', 't'], ['longest', 'longest', 't']],
    data.waits);
  table('objects', [['object', 'name'], ['as', 'reason'], ['waits', 'count', 'n'],
    ['together', 'total', 't'], ['longest', 'longest', 't'], ['by', 'longestBy']],
    data.objects);
  stalls(data.stalls);
  window.timeline = new Timeline(data.timeline);
  document.body.dataset.places = ['timeline', 'flame-wait', 'flame-run'].map(id => {
    const box = by(id).getBoundingClientRect();
    return id + '=' + [box.left + scrollX, box.top + scrollY, box.width, box.height]
      .map(Math.round);
  }).join(';');
  document.body.dataset.shown = 'yes';
}).catch(problem => {
  by('title').textContent = 'This browser cannot show it: ' + problem;
  console.error(problem);
});
</script></body></html>
)page";

}  // namespace weft::trace_tool
