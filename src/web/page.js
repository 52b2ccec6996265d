// Asks for the page again while one types, and swaps what is said and the results in. Without this script the form does
// the same.
const form = document.querySelector('form');
const home = form.getAttribute('action');
const input = form.elements.namedItem('q');
const main = document.querySelector('main');
const parts = ['#said', '#results'].map((selector) => document.querySelector(selector));
/** Who pauses so long has asked something, to which Back leads; what was typed on the way there is not kept. */
const PAUSE_MS = 2000;
const AGAIN_MS = 2000;
let asked = 0;
let timer;
let typed = -PAUSE_MS;
/** Whether what is shown next is one that Back is to lead from. */
let isNew = false;

/** Shows the page of an address. @param keep how the address becomes one of those that Back leads to. */
async function show(address, keep) {
  const mine = ++asked;
  main.ariaBusy = 'true';
  let page;
  try {
    const answer = await fetch(address);
    if (answer.status === 401) return location.assign(address); // To sign in again.
    page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!page.querySelector('#results')) throw new Error('not the page');
  } catch {
    if (mine !== asked) return;
    parts[0].textContent = 'The server gives no answer: what stands here is from before. It is asked again.';
    timer = setTimeout(() => show(address, keep), AGAIN_MS);
    return;
  }
  if (mine !== asked) return; // A later question has been asked meanwhile.
  main.ariaBusy = 'false';
  for (const part of parts) part.replaceChildren(...page.querySelector(`#${part.id}`).childNodes);
  document.title = page.title || document.title;
  keep(address, page);
}

input.addEventListener('input', () => {
  clearTimeout(timer);
  const query = input.value.trim();
  if (performance.now() - typed > PAUSE_MS) isNew = true;
  typed = performance.now();
  const keep = (address) => {
    if (isNew && address !== location.pathname + location.search) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    isNew = false;
  };
  timer = setTimeout(() => show(query === '' ? home : `${home}?q=${encodeURIComponent(query)}`, keep), 150);
});

addEventListener('popstate', () => {
  clearTimeout(timer);
  typed = -PAUSE_MS;
  void show(location.pathname + location.search, (_, page) => {
    input.value = page.querySelector('[name=q]').value;
  });
});

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target === input) return;
  event.preventDefault();
  input.select();
});
