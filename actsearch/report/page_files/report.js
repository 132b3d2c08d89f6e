(function () {
  const root = document.documentElement;
  root.classList.add('js');
  const $ = (id) => document.getElementById(id);
  const all = (selector, within) => [...(within || document).querySelectorAll(selector)];
  const pressed = (button) => button.getAttribute('aria-pressed') === 'true';
  const press = (button, on) => button.setAttribute('aria-pressed', String(on));

  // --- light and dark
  const theme = $('theme');
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme || (prefersDark.matches ? 'dark' : 'light')) === 'dark';
  try { root.dataset.theme = localStorage.getItem('actsearch-theme') || ''; } catch (e) { /* no storage: no memory */ }
  if (!root.dataset.theme) delete root.dataset.theme;
  press(theme, isDark());
  prefersDark.addEventListener('change', () => press(theme, isDark()));
  theme.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    press(theme, isDark());
    try { localStorage.setItem('actsearch-theme', root.dataset.theme); } catch (e) { /* likewise */ }
  });

  // --- copying
  function copyByHand(text) {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done ? Promise.resolve() : Promise.reject();
  }
  for (const button of all('[data-copy]')) {
    const label = button.textContent;
    button.addEventListener('click', () => {
      const text = $(button.dataset.copy).textContent.trim() + '\n';
      const copied = navigator.clipboard ? navigator.clipboard.writeText(text).catch(() => copyByHand(text)) : copyByHand(text);
      copied.then(() => { button.textContent = 'Copied'; }, () => { button.textContent = 'Not copied: select it'; })
        .then(() => setTimeout(() => { button.textContent = label; }, 1600));
    });
  }

  // --- on paper everything is open
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = all('details:not([open])');
    opened.forEach((details) => { details.open = true; });
  });
  addEventListener('afterprint', () => opened.forEach((details) => { details.open = false; }));

  // --- tips of dots, intervals and cells
  const tip = $('tip');
  const hide = () => { tip.hidden = true; };
  function place(box, x, y, width, height) {
    box.style.left = Math.max(4, x + 14 + box.offsetWidth > width ? x - 14 - box.offsetWidth : x + 14) + 'px';
    box.style.top = Math.max(4, Math.min(y - box.offsetHeight / 2, height - box.offsetHeight - 4)) + 'px';
  }
  document.addEventListener('pointerover', (event) => {
    const target = event.target.closest && event.target.closest('[data-tip]');
    tip.hidden = !target;
    if (!target) return;
    tip.textContent = target.dataset.tip;
    tip.classList.toggle('low', event.pointerType === 'touch');  // where no finger is
    tip.style.left = tip.style.top = '';
    if (event.pointerType !== 'touch') place(tip, event.clientX, event.clientY, innerWidth, innerHeight);
  });
  addEventListener('scroll', hide, { passive: true, capture: true });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    hide();
    charts.forEach(forget);
  });

  // --- what scrolls sideways can be reached with keys, and shows that it goes on
  const scrollers = all('.scroll, .formulas, pre');
  function measure() {
    for (const box of scrollers) {
      const over = box.scrollWidth > box.clientWidth + 1;
      const named = { tabindex: '0', role: 'group', 'aria-label': box.dataset.label };
      for (const key in named) if (over) box.setAttribute(key, named[key]); else box.removeAttribute(key);
      const frame = box.closest('.tablebox');
      if (!frame) continue;
      frame.classList.toggle('before', over && box.scrollLeft > 2);
      frame.classList.toggle('after', over && box.scrollLeft + box.clientWidth < box.scrollWidth - 2);
    }
  }
  addEventListener('resize', measure);
  document.addEventListener('toggle', measure, true);
  scrollers.forEach((box) => box.addEventListener('scroll', measure, { passive: true }));
  measure();

  // --- learning curves
  const data = JSON.parse($('data').textContent);
  const SVG = 'http://www.w3.org/2000/svg';
  const metric = $('metric'), log = $('log'), bands = $('bands');
  const legend = all('.legendbutton');
  const withBands = () => !!bands && pressed(bands);
  const shown = () => new Set(legend.filter(pressed).map((button) => Number(button.dataset.series)));
  const charts = all('.chartbox').map((box) => ({ box, facet: data.facets[box.dataset.facet], svg: null }));

  function element(parent, name, attributes, text) {
    const made = document.createElementNS(SVG, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  }
  const said = (value) => (value !== 0 && Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(Math.abs(value) < 10 ? 4 : 1));

  // Rows of a curve for what is chosen: mean, low and high by epoch, as error rates on a logarithmic axis of shares.
  function rows(curve, state) {
    const { x: drawn, y, n, marks, asks } = curve.metrics[state.metric];
    const x = typeof drawn === 'number' ? Array.from({ length: drawn }, (_, i) => i + 1) : drawn;
    const [mean, low = mean, high = mean] = y;
    const known = { x, n, marks, asks, end: x[x.length - 1] };
    if (!state.error) return { ...known, mean, low, high };
    const turned = (row) => row.map((value) => 1 - value);
    return { ...known, mean: turned(mean), low: turned(high), high: turned(low) };
  }
  // Where the axis of the curves shown begins and ends, its ticks, and in words what it cuts off.
  function framed(curves, state) {
    const asked = curves.map(({ rows: row }) => row.asks);
    if (state.log) {
      const axis = logAxis(asked);
      return { ...axis, note: axis.hasZeros ? 'A logarithmic axis has no 0: a hollow triangle on its edge stands for one.' : '' };
    }
    const axis = yAxis(asked, data.metrics[state.metric]);
    const labels = (isOutside) => curves.filter(({ rows: row }) => isOutside(row.asks.everything)).map(({ curve }) => curve.label);
    const notes = [['begins', axis.low, labels(([least]) => least < axis.low), 'below'], ['ends', axis.high, labels(([, most]) => most > axis.high), 'above']]
      .filter(([, , outside]) => outside.length)
      .map(([verb, edge, outside, side]) => `The axis ${verb} at ${tickText(edge)}; parts of ${listed(outside)} lie ${side} it.`);
    return { ...axis, note: notes.join(' ') };
  }
  function listed(names) {
    if (names.length > 6) return `${names.slice(0, 6).join(', ')} and ${names.length - 6} more`;
    return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}` : names[0];
  }

  function draw(chart) {
    const now = { metric: Number(metric.value), log: pressed(log) };
    now.error = now.log && data.metrics[now.metric].errorTitle !== undefined;
    const visible = shown();
    const whole = chart.facet.curves.map((curve) => ({ curve, rows: rows(curve, now) })).filter(({ rows: row }) => row.x.length);
    const curves = whole.filter(({ curve }) => visible.has(curve.s));
    const width = Math.round(Math.max(280, Math.min(chart.box.clientWidth, 1200)));
    const height = Math.round(Math.max(260, Math.min(420, width * 0.42)));
    const named = width > 620 && curves.length <= 12;
    const frame = { left: 50, right: width - (named ? 170 : 10), top: 14, bottom: height - 38 };
    const last = Math.max(1, ...whole.map(({ rows: row }) => row.end));
    const { low, high, ticks, note } = framed(curves, now);
    const bend = now.log ? Math.log : (value) => value;
    const y0 = bend(low), y1 = bend(high);
    const x = (epoch) => frame.left + (last > 1 ? (epoch - 1) / (last - 1) : 0.5) * (frame.right - frame.left);
    const y = (value) => frame.bottom - (Math.max(-1000, Math.min(1000, (bend(Math.max(value, now.log ? low : -Infinity)) - y0) / (y1 - y0)))) * (frame.bottom - frame.top);
    const old = chart.box.querySelector('svg');
    const svg = document.createElementNS(SVG, 'svg');
    for (const [key, value] of Object.entries({ class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img' })) svg.setAttribute(key, value);
    const title = data.metrics[now.metric][now.error ? 'errorTitle' : 'title'];
    const ends = curves.map(({ curve, rows: row }) => `${curve.label} ${said(row.mean[row.mean.length - 1])}`);
    svg.setAttribute('aria-label', `${title} by epoch${now.log ? ', logarithmic axis' : ''}. At the end: ${ends.join(', ') || 'nothing is shown'}.`);
    document.querySelector(`[data-axisname="${chart.box.dataset.facet}"]`).textContent = title + (now.log ? ', logarithmic axis' : '');
    document.querySelector(`[data-axisnote="${chart.box.dataset.facet}"]`).textContent = note;
    const grid = element(svg, 'g', { class: 'ground' });
    for (const value of ticks) {
      element(grid, 'line', { class: 'grid', x1: frame.left, x2: frame.right, y1: y(value), y2: y(value) });
      element(grid, 'text', { class: 'tick', x: frame.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, tickText(value));
    }
    for (const epoch of epochTicks(last, width > 620 ? 12 : 6)) element(grid, 'text', { class: 'tick epoch', x: x(epoch), y: frame.bottom + 18, 'text-anchor': 'middle' }, epoch);
    element(grid, 'text', { class: 'axis', x: (frame.left + frame.right) / 2, y: height - 4, 'text-anchor': 'middle' }, 'epoch');
    const clip = element(svg, 'clipPath', { id: `clip${chart.box.dataset.facet}` });
    element(clip, 'rect', { x: frame.left, y: frame.top - 3, width: frame.right - frame.left + 3, height: frame.bottom - frame.top + 6 });
    const join = (points) => 'M' + points.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join('L');
    const within = (value) => Math.min(Math.max(value, frame.top), frame.bottom);
    const groups = new Map();
    for (const { curve, rows: row } of curves) {
      const group = element(svg, 'g', { class: `curve s${curve.s}`, 'data-series': curve.s });
      const inner = element(group, 'g', { 'clip-path': `url(#clip${chart.box.dataset.facet})` });
      const points = (values) => row.x.map((epoch, i) => [x(epoch), y(values[i])]);
      if (curve.seeds > 1 && withBands()) element(inner, 'path', { class: 'band', d: join([...points(row.high), ...points(row.low).reverse()]) + 'Z' });
      const isZero = (i) => now.log && row.mean[i] <= 0;  // which no logarithmic axis has
      const pieces = [[]];
      points(row.mean).forEach((point, i) => { if (isZero(i)) pieces.push([]); else pieces[pieces.length - 1].push(point); });
      element(inner, 'path', { class: 'line', d: pieces.filter((piece) => piece.length > 1).map(join).join('') });
      for (const [[cx, cy]] of pieces.filter((piece) => piece.length === 1)) element(inner, 'circle', { class: 'point', cx, cy, r: row.x.length > 1 ? 2.5 : 4 });
      let before = -Infinity;
      row.x.forEach((epoch, i) => {
        if (!isZero(i) || x(epoch) - before < 14) return;
        before = x(epoch);
        element(group, 'path', { class: 'atzero', d: `M${before - 4} ${frame.bottom - 7}h8l-4 7z` });
      });
      groups.set(curve.s, group);
    }
    if (named) {
      const wanted = curves.map(({ curve, rows: row }) => [within(y(row.mean[row.mean.length - 1])), curve, row.end]).sort((a, b) => a[0] - b[0]);
      spread(wanted.map(([place]) => -place), 15, -frame.bottom, -frame.top).map((place) => -place).forEach((place, i) => {
        const [end, curve, epoch] = wanted[i], group = groups.get(curve.s), right = frame.right, early = epoch < last;
        element(group, 'path', { class: early ? 'leader early' : 'leader', d: `M${(early ? x(epoch) + 4 : right + 3).toFixed(1)} ${end.toFixed(1)}H${right + 3}L${right + 15} ${place.toFixed(1)}` });
        element(group, 'path', { class: 'piece', d: `M${right + 15} ${place.toFixed(1)}h22` });
        element(group, 'text', { class: 'name', x: right + 42, y: place + 4 }, curve.short);
      });
    }
    for (const { curve, rows: row } of curves) {  // above all lines
      const group = element(svg, 'g', { class: `crosses s${curve.s}` });
      for (const epoch of row.marks) {
        const at = Math.max(0, row.x.findIndex((drawn) => drawn >= epoch));
        element(group, 'text', { class: 'cross', x: x(epoch), y: within(y(row.mean[at])) + 5 }, '✕');
      }
    }
    const focus = element(svg, 'g', { class: 'reading', visibility: 'hidden' });
    chart.cursor = element(focus, 'line', { class: 'cursor', y1: frame.top, y2: frame.bottom });
    chart.point = element(focus, 'circle', { r: 5, class: 'focus' });
    Object.assign(chart, { svg, focus, frame, curves, x, y, width, height, now, groups });
    old.replaceWith(svg);
  }

  function highlight(chart, series) {
    for (const [s, group] of chart.groups) group.classList.toggle('dim', series !== null && s !== series);
  }
  function read(chart, at, which) {
    const { curve, rows: row } = chart.curves[which];
    const i = Math.max(0, Math.min(at, row.x.length - 1));
    chart.reading = { at: i, which };
    const cx = chart.x(row.x[i]), cy = Math.max(chart.frame.top, Math.min(chart.frame.bottom, chart.y(row.mean[i])));
    chart.focus.setAttribute('visibility', 'visible');
    chart.focus.setAttribute('class', `reading s${curve.s}`);
    chart.cursor.setAttribute('x1', cx);
    chart.cursor.setAttribute('x2', cx);
    chart.point.setAttribute('cx', cx);
    chart.point.setAttribute('cy', cy);
    highlight(chart, curve.s);
    const box = chart.box.querySelector('.readout');
    box.replaceChildren();
    const line = (name, text) => { const made = document.createElement(name); made.textContent = text; box.append(made); };
    line('b', curve.label);
    line('span', `epoch ${row.x[i]}: ${said(row.mean[i])}`);
    if (curve.seeds > 1) {
      const n = Array.isArray(row.n) ? row.n[i] : row.n;
      line('span', `${said(row.low[i])} to ${said(row.high[i])}, ${n} seed${n === 1 ? '' : 's'}`);
    }
    box.hidden = false;
    const scale = chart.svg.getBoundingClientRect().width / chart.width;
    place(box, cx * scale, cy * scale, chart.box.clientWidth, chart.box.clientHeight);
  }
  function forget(chart) {
    chart.reading = null;
    if (chart.focus) chart.focus.setAttribute('visibility', 'hidden');
    if (chart.groups) highlight(chart, null);
    chart.box.querySelector('.readout').hidden = true;
  }
  function nearest(chart, event) {
    const bounds = chart.svg.getBoundingClientRect(), scale = chart.width / bounds.width;
    const px = (event.clientX - bounds.left) * scale, py = (event.clientY - bounds.top) * scale;
    let best = null;
    chart.curves.forEach(({ curve, rows: row }, which) => {
      let at = 0;
      row.x.forEach((epoch, i) => { if (Math.abs(chart.x(epoch) - px) < Math.abs(chart.x(row.x[at]) - px)) at = i; });
      const far = Math.hypot(chart.x(row.x[at]) - px, chart.y(row.mean[at]) - py);
      if (best === null || far < best.far) best = { at, which, far };
    });
    return best;
  }
  for (const chart of charts) {
    chart.box.tabIndex = 0;
    chart.box.setAttribute('role', 'group');
    chart.box.setAttribute('aria-label', 'Chart of learning curves; the arrow keys read it out');
    const point = (event) => {
      const closest = chart.curves.length ? nearest(chart, event) : null;
      if (closest) read(chart, closest.at, closest.which);
    };
    chart.box.addEventListener('pointermove', point);
    chart.box.addEventListener('pointerdown', point);
    chart.box.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') forget(chart); });
    document.addEventListener('pointerdown', (event) => { if (!chart.box.contains(event.target)) forget(chart); });
    chart.box.addEventListener('blur', () => forget(chart));
    chart.box.addEventListener('keydown', (event) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Home: [-1e9, 0], End: [1e9, 0] }[event.key];
      if (!move || !chart.curves.length) return;
      event.preventDefault();
      const before = chart.reading || { at: move[0] < 0 ? 1e9 : 0, which: 0 };
      const which = (before.which + move[1] + chart.curves.length) % chart.curves.length;
      read(chart, chart.reading ? Math.min(before.at, chart.curves[which].rows.x.length - 1) + move[0] : before.at, which);
    });
  }
  const redraw = () => charts.forEach((chart) => { forget(chart); draw(chart); });
  metric.addEventListener('change', redraw);
  for (const button of [log, bands, ...legend].filter(Boolean)) {
    button.addEventListener('click', () => { press(button, !pressed(button)); redraw(); });
  }
  for (const button of all('[data-show]')) {
    button.addEventListener('click', () => {
      const which = button.dataset.show;
      legend.forEach((label) => press(label, which === 'all' || (which === 'leading' && 'leads' in label.dataset)));
      redraw();
    });
  }
  for (const button of legend) {
    const series = Number(button.dataset.series);
    const over = () => { if (pressed(button)) charts.forEach((chart) => chart.groups && highlight(chart, series)); };
    const out = () => charts.forEach((chart) => chart.groups && highlight(chart, null));
    button.addEventListener('pointerenter', over);
    button.addEventListener('pointerleave', out);
    button.addEventListener('focus', () => { if (button.matches(':focus-visible')) over(); });
    button.addEventListener('blur', out);
  }
  redraw();
  let before = innerWidth;
  addEventListener('resize', () => { if (innerWidth !== before) { before = innerWidth; redraw(); } });
})();
