import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characterNamed, plainText } from '../../src/sources/markup.ts';

describe('plainText', () => {
  it('removes tags without separating what they only dress', () => {
    expect(plainText('<p>Uptake of <i>Q. fictus</i> in H<sub>2</sub>O</p>')).toBe('Uptake of Q. fictus in H2O');
  });

  it('makes paragraphs, headings, items and breaks lines of their own', () => {
    const jats = `<jats:sec><jats:title>Aims</jats:title>
      <jats:p>First
        line.</jats:p></jats:sec><jats:p>Second.<br/>Third.</jats:p><ul><li>one</li><li>two</li></ul>`;
    expect(plainText(jats).split('\n')).toEqual(['Aims', 'First line.', 'Second.', 'Third.', 'one', 'two']);
  });

  it('resolves character references once', () => {
    expect(plainText('caf&eacute; &#233;&#xE9; &Scaron;&lstrok; 5&nbsp;&micro;m &alpha;&ndash;&omega;')).toBe(
      'café éé Šł 5 µm α–ω',
    );
    expect(plainText('&amp;lt;b&amp;gt; and &lt;mask&gt;')).toBe('&lt;b&gt; and <mask>');
    expect(plainText('&#150; and &#147;so&#148;')).toBe('– and “so”');
  });

  it('leaves what is neither tag nor reference', () => {
    for (const text of [
      'for 1<p<q and q>2',
      'a < b > c',
      'R&D; AT&T',
      '&nosuch; &constructor; &#0; &#xD800;',
      'x <-- y',
    ]) {
      expect(plainText(text)).toBe(text);
    }
  });

  it('hides comments, styles and the second form of a formula', () => {
    expect(plainText('a<!-- <p>no</p> -->b<style>p { color: red }</style>c')).toBe('abc');
    const formula = (inside: string) => `<alternatives><tex-math>$$x$$</tex-math>${inside}</alternatives>`;
    expect(plainText(formula('<mml:math><mml:mi>x</mml:mi></mml:math>') + '!')).toBe('x!');
    expect(plainText('<tex-math>x_1</tex-math>')).toBe('x_1');
  });

  it('shows what a comment or style that never ends would hide', () => {
    expect(plainText('a <style>b')).toBe('a b');
    expect(plainText('a <!-- b')).toBe('a b');
  });

  it('leaves plain text alone but for its white space', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w .,;:()'"$^{}\\]*$/), (text) => {
        expect(plainText(text)).toBe(text.replace(/ +/g, ' ').trim());
      }),
    );
  });

  it('takes time in proportion to the text, whatever it is', () => {
    for (const piece of ['<', '<p a=', '<style>', '<!--', '<a b=c ', '</alternatives>', '&', '<a:', ' ', '<p>']) {
      const start = performance.now();
      plainText(piece.repeat(400_000 / piece.length));
      expect(performance.now() - start, piece).toBeLessThan(2000);
    }
  });
});

describe('characterNamed', () => {
  it('knows the names of HTML', () => {
    const names = ['amp', 'nbsp', 'szlig', 'thetasym', 'rArr', 'zwnj', 'bsol', 'ccaron', 'Aring', 'odblac', 'sdot'];
    expect(names.map(characterNamed)).toEqual(['&', '\u00a0', 'ß', 'ϑ', '⇒', '\u200c', '\\', 'č', 'Å', 'ő', '⋅']);
  });

  it('knows white space by its number', () => {
    expect(['#9', '#xA', '#13', '#32'].map(characterNamed)).toEqual(['\t', '\n', '\r', ' ']);
  });

  it('knows no others', () => {
    for (const name of ['', 'x', 'eacut', 'qacute', 'toString', '__proto__', '#', '#x', '#x110000', '#55296', '#1']) {
      expect(characterNamed(name), name).toBeUndefined();
    }
  });
});
