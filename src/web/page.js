// Asks for the page again while one types, and swaps what is said, the basket and the results in; sends the page's forms without
// a reload; and has keys for what one does with papers. Without this script the forms and links do the same.
const form = document.querySelector('form');
const home = form.getAttribute('action');
const input = form.elements.namedItem('q');
const main = document.querySelector('main');
const parts = ['#said', '#basket', '#results'].map((selector) => document.querySelector(selector));
/** Who pauses so long has asked something, to which Back leads; what was typed on the way there is not kept. */
const PAUSE_MS = 2000;
const AGAIN_MS = 2000;
let asked = 0;
let timer;
let typed = -PAUSE_MS;
/** Whether what is shown next is one that Back is to lead from. */
let isNew = false;

/** Swaps a page in. */
function swapIn(page) {
  for (const part of parts) {
    const now = page.querySelector(`#${part.id}`);
    if (part.innerHTML !== now.innerHTML) part.replaceChildren(...now.childNodes); // What is the same is not read out again.
  }
  document.title = page.title || document.title;
}

/** The page that an answer is. @throws where it is none. */
async function pageIn(answer) {
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (!page.querySelector('#results')) throw new Error('not the page');
  return page;
}

/** Shows the page of an address. @param keep how the address becomes one of those that Back leads to. */
async function show(address, keep) {
  const mine = ++asked;
  main.ariaBusy = 'true';
  let page;
  try {
    const answer = await fetch(address);
    if (answer.status === 401) return location.assign(address); // To sign in again.
    page = await pageIn(answer);
  } catch {
    if (mine !== asked) return;
    parts[0].textContent = 'The server gives no answer: what stands here is from before. It is asked again.';
    timer = setTimeout(() => show(address, keep), AGAIN_MS);
    return;
  }
  if (mine !== asked) return; // A later question has been asked meanwhile.
  main.ariaBusy = 'false';
  swapIn(page);
  keep(address, page);
}

/** What the box and the basket ask. */
function addressAsked() {
  const given = [...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
  const written = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return written.length === 0 ? home : `${home}?${written.join('&')}`;
}

input.addEventListener('input', () => {
  clearTimeout(timer);
  if (performance.now() - typed > PAUSE_MS) isNew = true;
  typed = performance.now();
  const keep = (address) => {
    if (isNew && address !== location.pathname + location.search) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    isNew = false;
  };
  timer = setTimeout(() => show(addressAsked(), keep), 150);
});

addEventListener('popstate', () => {
  clearTimeout(timer);
  typed = -PAUSE_MS;
  void show(location.pathname + location.search, (_, page) => {
    input.value = page.querySelector('[name=q]').value;
  });
});

/** The items of the list that are to be seen, and the one that one is at. */
const items = () => [...document.querySelectorAll('#results ol > li')].filter((item) => item.offsetParent);
const itemAt = () => document.activeElement.closest('#results ol > li');

// What is said of a paper: the page that is shown is asked for again.
main.addEventListener('submit', async (event) => {
  const sent = event.target;
  if (sent.method !== 'post' || !sent.action.includes('/paper/')) return;
  event.preventDefault();
  const place = items().indexOf(sent.closest('#results ol > li'));
  const mine = ++asked;
  main.ariaBusy = 'true';
  try {
    const page = await pageIn(
      await fetch(sent.action, {
        method: 'post',
        body: new URLSearchParams(new FormData(sent)),
      }),
    );
    if (mine !== asked) return;
    if (page.querySelector('#results > :not(ul)')) swapIn(page);
    else parts[0].replaceChildren(...page.querySelector('#said').childNodes); // Why it was refused.
    if (place >= 0) items()[place]?.querySelector('h2 a, h4 a').focus({ preventScroll: true });
  } catch {
    parts[0].textContent = 'The server gives no answer: what you did was perhaps not stored. Try again.';
  }
  main.ariaBusy = 'false';
});

const isTyping = ({ target }) => target.isContentEditable || /^(?:input|textarea|select)$/i.test(target.tagName);

/** What each key does; any other does what is marked with it: of the paper one is at, or else of the one that the page is of. */
const KEYS = {
  '/': () => input.select(),
  j: () => step(1),
  k: () => step(-1),
  '?': () => {
    const keys = document.querySelector('#keys');
    keys.open = !keys.open;
    keys.querySelector('summary').focus();
  },
};

function step(by) {
  const all = items();
  const at = all.indexOf(itemAt());
  const next = all[at < 0 ? (by > 0 ? 0 : -1) : at + by];
  next?.querySelector('h2 a, h4 a').focus();
  next?.scrollIntoView({ block: 'nearest' });
}

document.addEventListener('keydown', (event) => {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || isTyping(event) || !/^[a-z/?]$/.test(key)) return;
  const marked = `[data-key="${key}"]`;
  const own = (itemAt() ?? document.querySelector('.paper'))?.querySelector(marked);
  if (!KEYS[key] && !own) return;
  event.preventDefault();
  if (KEYS[key]) KEYS[key]();
  else own.click();
});

// A text that is too long for an address is sent as a draft, as it is: the box would cut it, and keep no lines of it.
input.addEventListener('paste', (event) => {
  const text = event.clipboardData.getData('text/plain');
  if (input.value.length + text.length < input.maxLength) return;
  event.preventDefault();
  const sent = Object.assign(document.createElement('form'), { method: 'post', enctype: 'multipart/form-data' });
  sent.action = `${home}draft`;
  sent.append(Object.assign(document.createElement('textarea'), { name: 'text', value: text }));
  sent.hidden = true;
  document.body.append(sent);
  sent.requestSubmit();
});

// A draft is read for some seconds.
addEventListener('submit', ({ target }) => {
  if (target.enctype !== 'multipart/form-data') return;
  main.ariaBusy = 'true';
  parts[0].textContent = 'This is being read; it takes some seconds.';
});
addEventListener('pageshow', () => (main.ariaBusy = 'false'));

// A job is shown again whenever it has come further, as long as its page is open.
const job = document.querySelector('[data-events]');
if (job) {
  const address = location.pathname;
  const events = new EventSource(job.dataset.events);
  const further = ({ type }) => {
    if (type === 'end' || location.pathname !== address) events.close();
    if (location.pathname === address) void show(address, () => {});
  };
  for (const type of ['progress', 'end']) events.addEventListener(type, further);
}
