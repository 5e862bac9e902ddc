// SPDX-License-Identifier: BSL-1.0
#include "export/page.hpp"

namespace weft::trace_tool {

const std::string_view page_timeline_script = R"page(
// Two layers: how much of each bucket of time every fiber ran, was ready, waited; and above it the
// longest stretches, exactly.
class Timeline {
  constructor(data) {
    this.data = data;
    this.canvas = by('timeline');
    this.label = 230;
    this.high = 16;
    this.axis = 22;
    this.whole = Math.max(1, data.nanoseconds);
    this.from = 0;
    this.to = this.whole;
    this.all = data.rows.map(row => ({ ...row, shares: bytesOf(row.shares), slices: [] }));
    for (const slice of data.slices) this.all[slice[0]].slices.push(slice);
    this.choose(24);
    this.listen();
    this.draw();
  }

  // Those that ran longest.
  choose(most) {
    this.rows = this.all.filter(row => row.rank < most);
    const left = this.all.length - this.rows.length;
    by('more-lanes').textContent = left ? 'and ' + left + ' fibers that ran shorter' : '';
  }

  listen() {
    by('more-lanes').onclick = () => { this.choose(Infinity); this.draw(); };
    const canvas = this.canvas;
    addEventListener('resize', () => this.draw());
    canvas.onwheel = event => {
      if (this.time(event) === null) return;
      event.preventDefault();
      this.zoom(this.time(event), event.deltaY > 0 ? 1.25 : 0.8);
    };
    canvas.ondblclick = () => this.show(0, this.whole);
    canvas.onpointerdown = event => {
      canvas.setPointerCapture(event.pointerId);
      this.dragged = event.offsetX;
    };
    canvas.onpointerup = () => { this.dragged = null; };
    canvas.onpointermove = event => this.move(event);
    canvas.onpointerleave = () => tell('');
  }

  time(event) {
    const share = (event.offsetX - this.label) / this.wide;
    return share < 0 || share > 1 ? null : this.from + share * (this.to - this.from);
  }

  zoom(around, factor) {
    const span = Math.max(1000, (this.to - this.from) * factor);
    const before = (around - this.from) / (this.to - this.from) * span;
    this.show(around - before, around - before + span);
  }

  show(from, to) {
    const span = Math.min(this.whole, to - from);
    this.from = Math.min(Math.max(0, from), this.whole - span);
    this.to = this.from + span;
    this.draw();
  }

  move(event) {
    if (this.dragged != null) {
      const by_time = (this.dragged - event.offsetX) / this.wide * (this.to - this.from);
      this.dragged = event.offsetX;
      this.show(this.from + by_time, this.to + by_time);
    }
    const row = this.rows[Math.floor((event.offsetY - this.axis) / this.high)];
    const time = this.time(event);
    tell(row && time !== null ? this.what(row, time) : '', event);
  }

  what(row, time) {
    const slice = row.slices.find(each => each[1] <= time && time < each[1] + each[2]);
    const head = row.name + '\nat ' + duration(time) + '\n';
    if (slice) return head + this.data.names[slice[4]] + ' for ' + duration(slice[2]);
    const buckets = this.data.buckets, kinds = ['run', 'ready', 'wait', 'unknown', 'lock', 'io'];
    const at = 6 * Math.min(buckets - 1, Math.floor(time / this.whole * buckets));
    return head + 'of ' + duration(this.whole / buckets) + ': ' + kinds.map((kind, i) =>
      [kind, Math.round((row.shares[at + i] || 0) / 2.55)]).filter(each => each[1])
      .map(([kind, share]) => kind + ' ' + share + ' %').join(', ');
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const of = name => style.getPropertyValue(name).trim();
    this.kinds = ['--run', '--ready', '--wait', '--lost', '--lock', '--io'].map(of);
    [this.ink, this.dim, this.line, this.shade] = ['--ink', '--dim', '--line', '--shade'].map(of);
  }

  draw() {
    const scale = devicePixelRatio || 1, wide = this.canvas.parentNode.clientWidth - 56;
    const tall = this.axis + this.high * this.rows.length + 2;
    this.canvas.style.height = tall + 'px';
    this.canvas.width = wide * scale;
    this.canvas.height = tall * scale;
    this.wide = wide - this.label;
    this.colours();
    const paint = this.canvas.getContext('2d');
    paint.scale(scale, scale);
    paint.font = '11px system-ui, "DejaVu Sans", sans-serif';
    this.draw_axis(paint, tall);
    this.rows.forEach((row, at) => this.draw_row(paint, row, this.axis + at * this.high));
  }

  draw_axis(paint, tall) {
    const span = this.to - this.from, raw = span / (this.wide / 110);
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(each => each * power).find(each => each >= raw);
    for (let at = Math.ceil(this.from / step) * step; at < this.to; at += step) {
      const x = this.label + (at - this.from) / span * this.wide;
      paint.fillStyle = this.line;
      paint.fillRect(x, 0, 1, tall);
      paint.fillStyle = this.dim;
      if (x + 60 < this.label + this.wide) paint.fillText(duration(at), x + 4, 13);
    }
  }

  draw_row(paint, row, top) {
    paint.fillStyle = this.ink;
    paint.fillText(row.name.length > 34 ? row.name.slice(0, 33) + '\u2026' : row.name, 0, top + 12);
    paint.save();
    paint.beginPath();
    paint.rect(this.label, top, this.wide, this.high);
    paint.clip();
    this.draw_shares(paint, row, top + 1);
    this.draw_slices(paint, row, top + 1);
    paint.restore();
  }

  draw_shares(paint, row, top) {
    const buckets = this.data.buckets, tall = this.high - 3, span = this.to - this.from;
    const bucket = this.whole / buckets, wide = bucket / span * this.wide;
    const first = Math.floor(this.from / bucket), last = Math.min(buckets, this.to / bucket);
    for (let i = first; i < last && 6 * i < row.shares.length; ++i) {
      // Whole pixels: a short run is then of its colour, and not a shade of its neighbours'.
      const x = Math.floor(this.label + (i * bucket - this.from) / span * this.wide);
      let bottom = top + tall;
      for (const kind of [0, 1, 3, 4, 5, 2]) {
        const share = row.shares[6 * i + kind];
        if (!share) continue;
        // What ran at all is to be seen, even if it was short.
        const part = Math.max(kind < 2 ? 2 : 0, Math.round(share / 255 * tall));
        const above = Math.max(top, bottom - part);
        paint.fillStyle = this.kinds[kind];
        paint.fillRect(x, above, Math.max(1, Math.ceil(wide)), bottom - above);
        bottom = above;
      }
    }
  }

  draw_slices(paint, row, top) {
    const span = this.to - this.from;
    for (const [, begin, length, kind] of row.slices) {
      const wide = length / span * this.wide;
      if (wide < 2 || begin > this.to || begin + length < this.from) continue;
      const x = Math.floor(this.label + (begin - this.from) / span * this.wide);
      paint.fillStyle = this.kinds[kind];
      paint.fillRect(x, top, Math.max(1, Math.floor(wide)), this.high - 3);
    }
  }
}
)page";

}  // namespace weft::trace_tool
