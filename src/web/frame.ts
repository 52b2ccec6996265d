/** What every page begins with. */
import { html } from 'hono/html';
import type { JSX } from 'hono/jsx/jsx-runtime';

type Html = ReturnType<typeof html> | JSX.Element;

/**
 * A document.
 * @param title what a browser calls it.
 * @param body the element, with what else the page has.
 * @param more what stands in the head besides.
 */
export function frame(title: string, body: Html, more: Html | '' = ''): ReturnType<typeof html> {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/page.css" />
        ${more}
      </head>
      ${body}
    </html>`;
}
