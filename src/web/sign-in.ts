/** The page to sign in: one form, which needs no script. */
import { html } from 'hono/html';
import { frame } from './frame.ts';

/**
 * @param to where to go from here, an address of this server.
 * @param fault what is said of the key that was given.
 */
export function signInPage(to: string, fault?: string): ReturnType<typeof html> {
  return frame(
    'Sign in · akin',
    html`<body>
      <header><h1>akin</h1></header>
      <main>
        <form class="sign-in" method="post" action="/sign-in?to=${encodeURIComponent(to)}">
          <label for="key">Your key</label>
          <input
            id="key"
            type="password"
            name="key"
            required
            autofocus
            autocomplete="current-password"
            spellcheck="false"
            ${fault ? html`aria-invalid="true" aria-describedby="said"` : ''}
          />
          <button>Sign in</button>
        </form>
        <p id="said" role="status">
          ${fault ?? ''} Whoever runs this server makes keys, with <code>akin key add NAME</code>. If you have signed in
          and come from another site, <a href="${to}">go on from here</a>.
        </p>
      </main>
    </body>`,
  );
}
