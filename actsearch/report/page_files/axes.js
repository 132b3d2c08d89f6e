'use strict';
// How an axis is chosen: actsearch/analysis/charts/axes.py, function by function, where the words on each of them stand.
// The page chooses one anew for the curves that a reader leaves shown, from what each of them asks for. That both
// give the same numbers is held by tests/report/test_axes_script.py: change both, or neither.
const ALL_SHOWN = 5, ROOM_BEYOND = 2.5, WORTH_A_CUT = 1.5;
const MOST_STEPS = 6, STEPS = [1, 2, 5], FINE_STEPS = [1, 2, 2.5, 5];
const MOST_POWERS = 8, SHORT_LOG = 6, FULL_LOG = 2000, NEARLY = 1e-9;

// --- y axes

function union(ranges) {
  const given = ranges.filter(Boolean);
  return given.length ? [Math.min(...given.map((range) => range[0])), Math.max(...given.map((range) => range[1]))] : null;
}
// `metric` has the most that it can be, or null, and whether higher is better.
// `asked` has of each curve: everything, calm, late and rise as ranges; log; end, final, races and goesOn.
function yAxis(asked, metric) {
  if (!asked.length) return { low: 0, high: 1, ticks: evenTicks(0, 1) };
  const [least, most] = union(asked.map((curve) => curve.everything));
  const [low, high] = limits(asked, metric);
  const pad = 0.04 * (high - low) || Math.max(0.05 * Math.abs(high), 1e-3);
  const bottom = low > least ? low : Math.max(low - pad, Math.min(low, 0));
  let top = high < most ? high : high + pad;
  if (metric.most !== null && most <= metric.most) top = Math.min(top, Math.max(high, metric.most + 0.25 * pad));
  const [from, to] = toTicks(bottom, top);
  return { low: from, high: to, ticks: evenTicks(from, to) };
}
function limits(asked, metric) {
  const everything = union(asked.map((curve) => curve.everything)), [least, most] = everything;
  const calm = union(asked.map((curve) => curve.calm)) || everything;
  const late = union(asked.map((curve) => curve.late)) || everything;
  const room = Math.max(late[1] - late[0], (calm[1] - calm[0]) / 500, 2e-4 * Math.abs(late[1]), 1e-9);
  if (most - least <= ALL_SHOWN * room) return everything;
  const rise = union(leaders(asked, metric).map((curve) => curve.rise)) || late;
  const step = powerOfTen(exponent(room)) / 2, digits = 2 - exponent(step);
  let low = Math.min(late[0] - ROOM_BEYOND * room, rise[0]);
  let high = Math.max(late[1] + ROOM_BEYOND * room, rise[1]);
  low = Math.max(least, rounded(Math.floor(low / step) * step, digits));
  high = Math.min(most, rounded(Math.ceil(high / step) * step, digits));
  return most - least > WORTH_A_CUT * (high - low) ? [low, high] : everything;
}
// The best of those whose ends may be compared: LearningCurves.best in actsearch/analysis/charts/curves.py.
function leaders(asked, metric) {
  const last = Math.max(...asked.map((curve) => curve.end));
  const racing = asked.filter((curve) => curve.races && curve.end === last);
  const behind = asked.filter((curve) => !racing.includes(curve));
  if (racing.some((curve) => curve.goesOn) && behind.some((curve) => curve.goesOn)) return [];
  const best = (metric.higher ? Math.max : Math.min)(...racing.map((curve) => curve.final));
  return racing.filter((curve) => curve.final === best);
}
function toTicks(low, high) {
  const step = tickStep(low, high, STEPS), digits = 1 - exponent(step);
  const below = Math.floor(low / step + NEARLY) * step, above = Math.ceil(high / step - NEARLY) * step;
  return [
    NEARLY < low - below && low - below < step / 2 ? rounded(below, digits) : low,
    NEARLY < above - high && above - high < step / 2 ? rounded(above, digits) : high,
  ];
}
function logAxis(asked) {
  const positive = union(asked.map((curve) => curve.log.positive)), hasZeros = asked.some((curve) => curve.log.zeros);
  let [low, high] = hasZeros ? [1e-6, 1] : [0.1, 1];
  if (positive) {
    const [least, most] = positive, pad = Math.max(1.1, Math.pow(most / least, 0.04));
    [low, high] = [least / (hasZeros ? 2 : pad), most * pad];
  }
  return { low, high, ticks: logTicks(low, high), hasZeros };
}

// --- ticks

function tickStep(low, high, factors) {
  const least = (high - low) / MOST_STEPS, power = powerOfTen(exponent(least));
  return [...factors, 10].map((factor) => factor * power).find((step) => step >= least);
}
function evenTicks(low, high, factors = STEPS) {
  const step = tickStep(low, high, factors), digits = 1 - exponent(step), ticks = [];
  const last = Math.floor(high / step + NEARLY);
  for (let i = Math.ceil(low / step - NEARLY); i <= last; i++) ticks.push(rounded(i * step, digits));
  return ticks;
}
function logTicks(low, high) {
  if (high / low < SHORT_LOG) return evenTicks(low, high, FINE_STEPS).filter((tick) => tick > 0);
  const first = exponent(low), last = Math.ceil(Math.log10(high) - NEARLY), ticks = [];
  const factors = high / low < FULL_LOG ? [1, 2, 5] : [1];
  for (let power = first; power <= last; power += Math.max(1, Math.ceil((last - first) / MOST_POWERS))) {
    ticks.push(...factors.map((factor) => Number(`${factor}e${power}`)));
  }
  return ticks.filter((tick) => low <= tick && tick <= high);
}
function exponent(value) { return Math.floor(Math.log10(value) + NEARLY); }
function powerOfTen(power) { return Number(`1e${power}`); }
function rounded(value, digits) { return Number(value.toFixed(Math.max(digits, 0))); }
function tickText(value) { return String(Number(value.toPrecision(4))); }
function epochTicks(last, most) {
  if (last <= most) return Array.from({ length: last }, (_, i) => i + 1);
  const steps = Array.from({ length: 9 }, (_, power) => STEPS.map((factor) => factor * powerOfTen(power))).flat();
  const step = steps.find((step) => last / step <= most), ticks = [1];
  for (let epoch = step; epoch <= last; epoch += step) ticks.push(epoch);
  return ticks;
}

// --- labels

function spread(wanted, gap, low, high) {
  const pools = [];
  for (const y of wanted) {
    pools.push([Math.min(Math.max(y, low), high), 1]);
    while (pools.length > 1) {
      const [lower, m] = pools[pools.length - 1], [upper, n] = pools[pools.length - 2];
      if (upper - lower >= gap * (n + m) / 2) break;
      const half = gap * (m + n - 1) / 2, centre = (upper * n + lower * m) / (m + n);
      pools.splice(-2, 2, [Math.max(Math.min(centre, high - half), low + half), m + n]);
    }
  }
  return pools.flatMap(([centre, n]) => Array.from({ length: n }, (_, i) => centre + gap * ((n - 1) / 2 - i)));
}
