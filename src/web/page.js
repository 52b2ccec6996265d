// Asks for the page again while one types, and swaps what is said and the results in. Without this script the form does
// the same.
const form = document.querySelector('form');
const home = form.getAttribute('action');
const input = form.elements.namedItem('q');
const parts = ['#said', '#results'].map((selector) => document.querySelector(selector));
let asked = 0;
let timer;

async function show(address) {
  const mine = ++asked;
  let page;
  try {
    const answer = await fetch(address);
    if (answer.status === 401) return location.assign(address); // To sign in again.
    page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!page.querySelector('#results')) throw new Error('not the page');
  } catch {
    page = new DOMParser().parseFromString(
      '<p id="said">The server gave no answer. Is it running?</p><div id="results"></div>',
      'text/html',
    );
  }
  if (mine !== asked) return; // A later question has been asked meanwhile.
  for (const part of parts) part.replaceChildren(...page.querySelector(`#${part.id}`).childNodes);
  document.title = page.title || document.title;
  history.replaceState(null, '', address);
}

input.addEventListener('input', () => {
  clearTimeout(timer);
  const query = input.value.trim();
  timer = setTimeout(() => show(query === '' ? home : `${home}?q=${encodeURIComponent(query)}`), 150);
});

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target === input) return;
  event.preventDefault();
  input.select();
});
