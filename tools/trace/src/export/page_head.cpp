// SPDX-License-Identifier: BSL-1.0
#include "export/page.hpp"

namespace weft::trace_tool {

const std::string_view page_head = R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>weft-trace</title>
<style>
:root { color-scheme: light dark; --ink: #1d2733; --dim: #66758a; --line: #dbe2ea;
 --paper: #ffffff; --shade: #f4f6f9; --accent: #2563c9;
 --run: #1f9d55; --ready: #f0a30a; --wait: #d3dce9; --lock: #a06fd6;
 --io: #6fa8dc; --lost: #d9534f; }
@media (prefers-color-scheme: dark) { :root { --ink: #dfe6ee; --dim: #93a1b3; --line: #343e4a;
 --paper: #171c22; --shade: #1f262e; --accent: #7fb0ff;
 --run: #37c477; --ready: #f2b233; --wait: #36465c; --lock: #b48be0;
 --io: #5d94c8; --lost: #e5706c; } }
* { box-sizing: border-box; }
body { font: 14px/1.45 system-ui, "DejaVu Sans", sans-serif; margin: 0; color: var(--ink);
 background: var(--paper); }
header { padding: 18px 28px 12px; background: var(--shade); border-bottom: 1px solid var(--line); }
h1 { font-size: 20px; margin: 0 0 4px; } #head { color: var(--dim); }
nav { position: sticky; top: 0; z-index: 2; background: var(--paper); padding: 8px 28px;
 border-bottom: 1px solid var(--line); }
nav a { color: var(--accent); text-decoration: none; margin-right: 18px; }
main { padding: 0 28px 60px; }
h2 { font-size: 16px; margin: 26px 0 8px; scroll-margin-top: 44px; }
h2 small { font-weight: normal; color: var(--dim); margin-left: 8px; }
#findings { list-style: none; padding: 0; margin: 0; }
#findings li { padding: 5px 10px; border-left: 4px solid var(--line); margin: 4px 0;
 background: var(--shade); overflow-wrap: anywhere; }
#findings b { display: inline-block; min-width: 96px; }
#findings li.deadlock, #findings li.stall, #findings li.leak { border-color: var(--lost); }
#findings li.lost, #findings li.delay, #findings li.contention { border-color: var(--ready); }
table { border-collapse: collapse; max-width: 100%; }
td, th { padding: 3px 14px 3px 0; text-align: left; border-bottom: 1px solid var(--line);
 white-space: nowrap; max-width: 420px; overflow: hidden; text-overflow: ellipsis; }
th { cursor: pointer; color: var(--dim); font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
tbody tr:hover { background: var(--shade); }
canvas { display: block; width: 100%; cursor: crosshair; }
.key span { display: inline-block; margin-right: 16px; color: var(--dim); }
.key i { display: inline-block; width: 12px; height: 12px; margin-right: 5px;
 vertical-align: -1px; border-radius: 2px; }
.flame { position: relative; overflow: hidden; font-size: 11px; line-height: 17px; }
.flame div { position: absolute; height: 18px; overflow: hidden; white-space: nowrap;
 padding: 0 4px; border: 1px solid var(--paper); border-radius: 3px; color: #1d1408;
 cursor: pointer; }
pre { margin: 2px 0 8px 16px; color: var(--dim); }
.none { color: var(--dim); } #more-lanes { cursor: pointer; }
#tip { position: fixed; z-index: 3; display: none; padding: 5px 9px; background: var(--ink);
 color: var(--paper); border-radius: 4px; font-size: 12px; pointer-events: none;
 max-width: 520px; white-space: pre-line; overflow-wrap: anywhere; }
</style></head><body>
<header><h1 id="title">weft-trace</h1><div id="head"></div></header>
<nav></nav>
<main>
<h2 id="s-findings">Findings</h2><ul id="findings"></ul>
<h2 id="s-timeline">Timeline<small>wheel: zoom, drag: move, double click: all</small></h2>
<p class="key"><span><i style="background:var(--run)"></i>run</span><span><i
 style="background:var(--ready)"></i>ready, but another fiber runs</span><span><i
 style="background:var(--wait)"></i>wait</span><span><i
 style="background:var(--lock)"></i>wait for a lock</span><span><i
 style="background:var(--io)"></i>wait for input or output</span><span><i
 style="background:var(--lost)"></i>unknown, events were lost</span></p>
<canvas id="timeline"></canvas><div id="more-lanes" class="none"></div>
<h2 id="s-wait">Where time was waited<small>by call chain; click: zoom</small></h2>
<div class="flame" id="flame-wait"></div>
<h2 id="s-run">Where time was run<small>by function where it was sampled, else by place of spawning</small></h2>
<div class="flame" id="flame-run"></div>
<h2 id="s-requests">Requests<small>spans of the same name together</small></h2>
<table id="requests"></table>
<h2 id="s-fibers">Fibers</h2><table id="fibers"></table>
<h2 id="s-waits">Waits</h2><table id="waits"></table>
<h2 id="s-objects">Objects<small>what fibers waited for</small></h2><table id="objects"></table>
<h2 id="s-stalls">Stalls<small>that the program itself noticed</small></h2>
<div id="stalls"></div>
</main><div id="tip"></div>
<script type="text/plain" id="data">)page";

}  // namespace weft::trace_tool
