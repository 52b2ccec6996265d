// Asks for the page again while one types, and swaps its results in. Without this script the form does the same.
const form = document.querySelector('form');
const input = form.elements.namedItem('q');
let asked = 0;
let timer;

async function show(address) {
  const mine = ++asked;
  const response = await fetch(address, { headers: { Accept: 'text/html' } });
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  if (mine !== asked) return; // A later question has been asked meanwhile.
  document.querySelector('#results').replaceWith(page.querySelector('#results'));
  document.title = page.title;
  history.replaceState(null, '', address);
}

input.addEventListener('input', () => {
  clearTimeout(timer);
  const query = input.value.trim();
  timer = setTimeout(() => show(query === '' ? '/' : `/?q=${encodeURIComponent(query)}`), 150);
});

document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target === input) return;
  event.preventDefault();
  input.select();
});
