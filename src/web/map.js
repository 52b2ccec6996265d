// Draws the map of a library in place of its outline: every paper a point, to be moved and enlarged, each leading to its paper.
// Points are written into the pixels themselves: that takes a few milliseconds for a hundred thousand.
const place = document.querySelector('#map');
const { home, name, q, within, label } = place?.dataset ?? {};
const FARTHEST = 65535;
const NO_COLOUR = 255;
const LOOK_MS = 1000;
const isDark = matchMedia('(prefers-color-scheme: dark)');
/** Okabe & Ito's colours, which also those tell apart who see few. */
const KINDS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b8a800'];
/** From the oldest to the newest: lighter or darker all the way (viridis). */
const AGES = { light: ['#c8d52e', '#6ccd5a', '#1f9e89', '#31688e', '#443983', '#440154'], dark: [] };
AGES.dark = ['#5d4a9c', '#3e6ca0', '#26908d', '#35b779', '#8fd744', '#fde725'];
const OTHER = { light: '#a9afb8', dark: '#5d6571' };
const scheme = () => (isDark.matches ? 'dark' : 'light');

if (name) void showMap();
if (place?.dataset.making) setTimeout(look, LOOK_MS);

/** Looks how far the next map is, until it is there. */
async function look() {
  try {
    const state = await (await fetch(`${home}map/state`)).json();
    if (state.name && state.name !== name) return location.reload();
    const said = document.querySelector(name ? '#making' : '#said');
    if (state.said) said.textContent = `The map is being ${name ? 'brought up to date' : 'made'}: ${state.said}`;
    if (!state.isMaking) return;
  } catch {
    // The server may be back in a moment.
  }
  setTimeout(look, LOOK_MS);
}

async function showMap() {
  const [answer, lit] = await Promise.all([fetch(`${home}map/points?name=${name}`), hitsOf(q)]);
  if (!answer.ok) return; // The outline stays.
  const map = read(await answer.arrayBuffer());
  const canvas = document.createElement('canvas');
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', label);
  const view = { x: FARTHEST / 2, y: FARTHEST / 2, scale: 0 };
  const chart = { map, canvas, view, lit: lit.filter((id) => map.at.has(id)).map((id) => map.at.get(id)) };
  const tip = made('p', { className: 'tip', hidden: true });
  const legend = made('ul', { className: 'legend' });
  place.replaceChildren(canvas, tip);
  place.before(tools(chart, legend));
  place.after(legend);
  paint(chart, legend, map.kinds[0]);
  new ResizeObserver(() => fit(chart)).observe(canvas);
  isDark.addEventListener('change', () => paint(chart, legend, chart.kind));
  followPointer(chart, tip);
  followKeys(chart);
}

/** The ids of the papers that answer a question. */
async function hitsOf(question) {
  if (!question) return [];
  const answer = await fetch(`/v1${home}search?limit=100&q=${encodeURIComponent(question)}`);
  if (!answer.ok) return [];
  return (await answer.json()).hits.filter(({ closeness }) => closeness !== 'weak').map(({ id }) => id);
}

/** A map as src/map/map.ts writes it. */
function read(bytes) {
  const length = new DataView(bytes).getUint32(0, true);
  const text = (from, size) => JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, from, size)));
  const head = text(4, length);
  const { points } = head;
  let at = 4 + length;
  const next = (Kind) => {
    const part = new Kind(bytes, at, points);
    at += part.byteLength;
    return part;
  };
  const [x, y, year] = [next(Uint16Array), next(Uint16Array), next(Uint16Array)];
  const [category, collection] = [next(Uint8Array), next(Uint8Array)];
  const ids = text(at, head.ids);
  const kinds = [
    { name: 'year', ...ages(year) },
    { name: 'category', names: head.categories, of: category },
    { name: 'collection', names: head.collections, of: collection },
  ].filter(({ names }) => names.length > 0);
  return { x, y, ids, kinds, regions: head.regions, at: new Map(ids.map((id, i) => [id, i])), grid: gridOf(x, y) };
}

/** Years in as many groups as there are colours, about as many papers in each. */
function ages(year) {
  const known = year.filter((each) => each > 0).sort();
  const most = AGES.light.length;
  const firsts = [...new Set(Array.from({ length: most }, (_, i) => known[Math.floor((i * known.length) / most)]))];
  if (known.length === 0) return { names: [], of: new Uint8Array(year.length) };
  const names = firsts.map((first, i) => {
    const last = i + 1 < firsts.length ? firsts[i + 1] - 1 : known.at(-1);
    return first === last ? String(first) : `${first}–${last}`;
  });
  const of = Uint8Array.from(year, (each) => (each === 0 ? NO_COLOUR : firsts.findLastIndex((first) => first <= each)));
  return { names, of };
}

const CELLS = 256;
const cellOf = (x, y) => (y >> 8) * CELLS + (x >> 8);

/** The points of each cell, to find what is under the pointer. */
function gridOf(x, y) {
  const starts = new Uint32Array(CELLS * CELLS + 1);
  for (let i = 0; i < x.length; i++) starts[cellOf(x[i], y[i]) + 1]++;
  for (let cell = 0; cell < CELLS * CELLS; cell++) starts[cell + 1] += starts[cell];
  const points = new Uint32Array(x.length);
  const filled = starts.slice();
  for (let i = 0; i < x.length; i++) points[filled[cellOf(x[i], y[i])]++] = i;
  return { starts, points };
}

/** The point nearest to a place of the canvas, if one is near. */
function pointAt({ map: { x, y, grid }, canvas, view }, px, py) {
  const reach = 10 / view.scale;
  const mx = view.x + (px - canvas.clientWidth / 2) / view.scale;
  const my = view.y + (py - canvas.clientHeight / 2) / view.scale;
  const cell = (at) => Math.max(0, Math.min(CELLS - 1, Math.floor(at / 256)));
  let best;
  let least = reach * reach;
  for (let j = cell(my - reach); j <= cell(my + reach); j++) {
    const [from, to] = [grid.starts[j * CELLS + cell(mx - reach)], grid.starts[j * CELLS + cell(mx + reach) + 1]];
    for (let k = from; k < to; k++) {
      const i = grid.points[k];
      const squared = (x[i] - mx) ** 2 + (y[i] - my) ** 2;
      if (squared < least) [least, best] = [squared, i];
    }
  }
  return best;
}

function made(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function tools(chart, legend) {
  const { map, canvas } = chart;
  const button = (text, title, onclick) => made('button', { type: 'button', title, onclick }, text);
  const choose = button('Choose a part', 'Draw a rectangle, also with Shift', () => {
    chart.isChoosing = !chart.isChoosing;
    choose.setAttribute('aria-pressed', String(chart.isChoosing));
    canvas.classList.toggle('choosing', chart.isChoosing);
  });
  choose.setAttribute('aria-pressed', 'false');
  const colours = made(
    'select',
    { ariaLabel: 'Coloured by', onchange: () => paint(chart, legend, map.kinds[colours.selectedIndex]) },
    ...map.kinds.map((kind) => made('option', {}, `by ${kind.name}`)),
  );
  const [larger, smaller] = [
    button('+', 'Larger', () => zoom(chart, 1.5)),
    button('−', 'Smaller', () => zoom(chart, 1 / 1.5)),
  ];
  larger.ariaLabel = 'Larger';
  smaller.ariaLabel = 'Smaller';
  const parts = [larger, smaller, button('Whole', 'The whole map', () => fit(chart, true)), choose];
  if (map.kinds.length > 0) parts.push(colours);
  return made('div', { className: 'tools' }, ...parts);
}

/** The bytes of a colour as a pixel has them. */
function pixelOf(colour) {
  const value = parseInt(colour.slice(1), 16);
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

/** Gives each point its colour, and says what the colours mean. */
function paint(chart, legend, kind) {
  chart.kind = kind;
  const other = OTHER[scheme()];
  const all = kind?.name === 'year' ? AGES[scheme()] : KINDS;
  const count = kind?.names.length ?? 0;
  const pick = (i) =>
    kind.name === 'year' && count > 1 ? all[Math.round((i * (all.length - 1)) / (count - 1))] : all[i];
  const colours = Array.from({ length: count }, (_, i) => pick(i));
  const pixels = new Uint32Array(256).fill(pixelOf(other));
  colours.forEach((colour, i) => (pixels[i] = pixelOf(colour)));
  const isFaded = chart.lit.length > 0;
  chart.pixels =
    kind && !isFaded
      ? Uint32Array.from(kind.of, (i) => pixels[i])
      : new Uint32Array(chart.map.x.length).fill(pixels[NO_COLOUR]);
  chart.litPixels = chart.lit.map((i) => (kind ? pixels[kind.of[i]] : pixelOf(KINDS[5])));
  const shown = kind?.of.includes(NO_COLOUR) ? [...kind.names, 'other'] : (kind?.names ?? []);
  legend.replaceChildren(
    ...shown.map((text, i) => {
      const swatch = made('span', {});
      swatch.style.background = colours[i] ?? other;
      return made('li', {}, swatch, text);
    }),
  );
  draw(chart);
}

/** Fits the canvas to its place; and the view to the whole, or to the part that was chosen, when it is first shown. */
function fit(chart, isWhole = false) {
  const { canvas, view } = chart;
  const density = devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * density);
  canvas.height = Math.round(canvas.clientHeight * density);
  const [left, top, right, bottom] = isWhole || !within ? extent(chart.map) : within.split(',').map(Number);
  if (isWhole || view.scale === 0) {
    [view.x, view.y] = [(left + right) / 2, (top + bottom) / 2];
    const room = 1.08;
    view.scale =
      Math.min(canvas.clientWidth / Math.max(1, right - left), canvas.clientHeight / Math.max(1, bottom - top)) / room;
  }
  draw(chart);
}

/** Where there are points at all. */
function extent({ x, y }) {
  let [left, top, right, bottom] = [FARTHEST, FARTHEST, 0, 0];
  for (let i = 0; i < x.length; i++) {
    if (x[i] < left) left = x[i];
    if (x[i] > right) right = x[i];
    if (y[i] < top) top = y[i];
    if (y[i] > bottom) bottom = y[i];
  }
  return [left, top, right, bottom];
}

/** @param px where it stays as it is; the middle, unless said. */
function zoom(chart, factor, px = chart.canvas.clientWidth / 2, py = chart.canvas.clientHeight / 2) {
  const { view, canvas } = chart;
  const scale = Math.min(2, Math.max(0.001, view.scale * factor));
  view.x += (px - canvas.clientWidth / 2) * (1 / view.scale - 1 / scale);
  view.y += (py - canvas.clientHeight / 2) * (1 / view.scale - 1 / scale);
  view.scale = scale;
  draw(chart);
}

/** Draws before the next frame, once however often it is asked for. */
function draw(chart) {
  chart.frame ??= requestAnimationFrame(() => {
    chart.frame = undefined;
    drawNow(chart);
  });
}

function drawNow(chart) {
  const { map, canvas, view, pixels, lit, litPixels } = chart;
  const { width, height } = canvas;
  if (width === 0 || height === 0 || view.scale === 0) return;
  const context = canvas.getContext('2d');
  if (chart.image?.width !== width || chart.image?.height !== height)
    chart.image = context.createImageData(width, height);
  const into = new Uint32Array(chart.image.data.buffer);
  into.fill(0);
  const density = width / canvas.clientWidth;
  const scale = view.scale * density;
  // As large as leaves room between points: on average a fifth of the place of each.
  const inView = Math.max(1, map.x.length * Math.min(1, (width / scale / FARTHEST) * (height / scale / FARTHEST)));
  const radius = Math.max(density, Math.min(6 * density, Math.sqrt((width * height) / inView / 16)));
  const dot = (i, colour, disc) => {
    const px = Math.round((map.x[i] - view.x) * scale + width / 2);
    const py = Math.round((map.y[i] - view.y) * scale + height / 2);
    const size = disc.length >> 1;
    if (px < -size || py < -size || px >= width + size || py >= height + size) return;
    for (let row = Math.max(0, py - size); row <= Math.min(height - 1, py + size); row++) {
      const half = disc[row - py + size];
      const end = row * width + Math.min(width - 1, px + half);
      for (let at = row * width + Math.max(0, px - half); at <= end; at++) into[at] = colour;
    }
  };
  const points = discOf(radius);
  for (let i = 0; i < map.x.length; i++) dot(i, pixels[i], points);
  const hits = discOf(Math.max(radius, 5 * density));
  lit.forEach((i, at) => dot(i, litPixels[at], hits));
  context.putImageData(chart.image, 0, 0);
  const style = getComputedStyle(canvas);
  context.strokeStyle = style.color;
  context.lineWidth = 1.5 * density;
  for (const i of lit)
    ring(context, (map.x[i] - view.x) * scale + width / 2, (map.y[i] - view.y) * scale + height / 2, 7 * density);
  writeNames(context, chart, scale, density, style);
  if (chart.rectangle) context.strokeRect(...chart.rectangle.map((each) => each * density));
  else if (within) strokePart(context, chart, scale);
}

/** Of each row of a disc how far it goes to either side. */
function discOf(radius) {
  const size = Math.floor(radius);
  return Array.from({ length: 2 * size + 1 }, (_, row) => Math.floor(Math.sqrt(radius ** 2 - (row - size) ** 2)));
}

function ring(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

function strokePart(context, { canvas: { width, height }, view }, scale) {
  const [left, top, right, bottom] = within.split(',').map(Number);
  const at = [(left - view.x) * scale + width / 2, (top - view.y) * scale + height / 2];
  context.strokeRect(...at, (right - left) * scale, (bottom - top) * scale);
}

/** The names of regions, those of the largest first, as far as they do not cover one another. */
function writeNames(context, { map, canvas, view }, scale, density, style) {
  const { width, height } = canvas;
  const size = 13 * density;
  context.font = `600 ${size}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  const ground = getComputedStyle(document.body).backgroundColor;
  const taken = [];
  for (const { x, y, words } of map.regions) {
    const text = words.slice(0, 2).join(', ');
    const half = context.measureText(text).width / 2 + 4 * density;
    const px = Math.max(half, Math.min(width - half, (x - view.x) * scale + width / 2));
    const py = (y - view.y) * scale + height / 2;
    if (py < 0 || py > height || Math.abs((x - view.x) * scale) > width / 2) continue;
    if (taken.some((other) => Math.abs(other.px - px) < other.half + half && Math.abs(other.py - py) < 1.5 * size))
      continue;
    taken.push({ px, py, half });
    context.lineWidth = 4 * density;
    context.strokeStyle = ground;
    context.strokeText(text, px, py);
    context.fillStyle = style.color;
    context.fillText(text, px, py);
  }
}

/** Moves, enlarges, chooses and opens, by mouse, pen or fingers. */
function followPointer(chart, tip) {
  const { canvas, view, map } = chart;
  const pointers = new Map();
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  let begun;
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, at(event));
    begun = { at: at(event), isChoosing: chart.isChoosing || event.shiftKey, hasMoved: pointers.size > 1 };
    tip.hidden = true;
  });
  canvas.addEventListener('pointermove', (event) => {
    const [x, y] = at(event);
    const before = pointers.get(event.pointerId);
    if (!before) return point(chart, tip, x, y);
    pointers.set(event.pointerId, [x, y]);
    if (Math.hypot(x - begun.at[0], y - begun.at[1]) > 4) begun.hasMoved = true;
    if (pointers.size === 2) {
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId).map(([, where]) => where);
      const factor =
        Math.hypot(x - other[0], y - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1]));
      zoom(chart, factor, ...other);
    } else if (begun.isChoosing) {
      chart.rectangle = [begun.at[0], begun.at[1], x - begun.at[0], y - begun.at[1]];
    } else if (begun.hasMoved) {
      view.x -= (x - before[0]) / view.scale;
      view.y -= (y - before[1]) / view.scale;
    }
    draw(chart);
  });
  const end = (event) => {
    if (!pointers.delete(event.pointerId) || pointers.size > 0) return;
    const { rectangle } = chart;
    chart.rectangle = undefined;
    draw(chart);
    if (event.type !== 'pointerup') return;
    if (rectangle && begun.hasMoved) return openPart(chart, rectangle);
    if (begun.hasMoved) return;
    const i = pointAt(chart, ...at(event));
    if (i !== undefined) location.assign(`${home}paper/${encodeURIComponent(map.ids[i])}`);
  };
  canvas.addEventListener('pointerup', end);
  canvas.addEventListener('pointercancel', end);
  canvas.addEventListener('pointerleave', () => (tip.hidden = true));
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      zoom(chart, Math.exp(-event.deltaY / 400), ...at(event));
    },
    { passive: false },
  );
}

/** Goes to the papers of a part. */
function openPart({ canvas, view }, [x, y, width, height]) {
  const along = (px, size, middle) =>
    Math.max(0, Math.min(FARTHEST, Math.round(middle + (px - size / 2) / view.scale)));
  const sides = [
    along(x, canvas.clientWidth, view.x),
    along(y, canvas.clientHeight, view.y),
    along(x + width, canvas.clientWidth, view.x),
    along(y + height, canvas.clientHeight, view.y),
  ];
  const question = q ? `q=${encodeURIComponent(q)}&` : '';
  location.assign(`${home}map?${question}within=${sides.join(',')}#within`);
}

const titles = new Map();
const MOST_TITLES = 500;

/** Says which paper is under the pointer. */
async function point({ map, canvas, ...chart }, tip, x, y) {
  const i = pointAt({ map, canvas, ...chart }, x, y);
  canvas.classList.toggle('on-paper', i !== undefined);
  tip.dataset.at = String(i);
  if (i === undefined) return (tip.hidden = true);
  const id = map.ids[i];
  if (!titles.has(id)) {
    await new Promise((resolve) => setTimeout(resolve, 80)); // Who only passes over a point does not ask.
    if (tip.dataset.at !== String(i)) return;
    const answer = await fetch(`/v1${home}papers/${encodeURIComponent(id)}`).catch(() => undefined);
    if (!answer?.ok) return;
    const { title, year } = await answer.json();
    if (titles.size > MOST_TITLES) titles.clear();
    titles.set(id, year ? `${title || id} (${year})` : title || id);
  }
  if (tip.dataset.at !== String(i)) return;
  tip.textContent = titles.get(id);
  tip.hidden = false;
  tip.style.left = `${Math.max(0, Math.min(x + 12, canvas.clientWidth - tip.offsetWidth))}px`;
  tip.style.top = `${y + 16}px`;
}

function followKeys(chart) {
  const { canvas, view } = chart;
  const STEP = 60;
  const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (move) {
      view.x += move[0] / view.scale;
      view.y += move[1] / view.scale;
      draw(chart);
    } else if (event.key === '+' || event.key === '=') zoom(chart, 1.5);
    else if (event.key === '-') zoom(chart, 1 / 1.5);
    else if (event.key === '0') fit(chart, true);
    else return;
    event.preventDefault();
  });
}
