/** Headings of lists of references, abstracts and back matter, in the languages that papers are written in. */
import { expect, it } from 'vitest';
import { isAbstract, isBackMatter, isReferences } from '../../src/drafts/headings.ts';

it.each([
  ...[
    'References',
    'REFERENCES AND NOTES',
    '7. References',
    'VII. REFERENCES',
    'A. References',
    'List of References:',
    '§ 5 Bibliography',
  ],
  ...[
    'Chapter 9. Bibliography',
    'Literaturverzeichnis',
    '8 Literatur',
    'Quellen- und Literaturverzeichnis',
    'Bibliographie',
    'Références bibliographiques',
  ],
  ...[
    '6. RÉFÉRENCES',
    'Referencias',
    'Bibliografía',
    'Referências Bibliográficas',
    'Bibliografia',
    'Riferimenti bibliografici',
    'Literatuurlijst',
  ],
  ...[
    'Bronnen',
    'Piśmiennictwo',
    'Bibliografia',
    'Список литературы',
    '5. Литература',
    'Список використаних джерел',
    '参考文献',
    '参 考 文 献',
  ],
  ...[
    '六、参考文献',
    '第七章 参考文献',
    '參考文獻',
    '参考文献（References）',
    '引用文献',
    '5 参考文献',
    '참고문헌',
    'Kaynakça',
    'Källor',
    'Lähteet',
    'Reference',
  ],
  ...[
    'Βιβλιογραφία',
    'المراجع',
    'Daftar Pustaka',
    'Tài liệu tham khảo',
    'Použitá literatura',
    'Irodalomjegyzék',
    'References / Literatur',
  ],
])('is above a list of references: %s', (heading) => {
  expect(isReferences(heading)).toBe(true);
  expect(isReferences(heading.toUpperCase())).toBe(true);
});

it.each([
  ...[
    'Reference implementation',
    'Related literature',
    'Literature review',
    'A bibliography of sheep',
    'Referenzmodell',
    'Revue de la littérature',
  ],
  ...[
    'Referencias culturales en la obra',
    'References to sheep in poetry',
    '文献综述',
    'Introduction',
    '',
    '7.',
    'Обзор литературы',
    'Notes',
  ],
])('is not: %s', (heading) => {
  expect(isReferences(heading)).toBe(false);
});

it('tells abstracts and back matter', () => {
  for (const heading of [
    'Abstract',
    'Zusammenfassung',
    'RÉSUMÉ',
    'Resumen',
    '摘要',
    '要旨',
    'Аннотация',
    'Streszczenie:',
    '초록',
  ])
    expect(isAbstract(heading)).toBe(true);
  for (const heading of [
    'Acknowledgements',
    'Danksagung',
    '6 Remerciements',
    '谢辞',
    'Благодарности',
    'Data and code availability',
    'Declaration of interests',
  ])
    expect(isBackMatter(heading)).toBe(true);
  for (const heading of ['Abstract algebra', 'Introduction', 'Funding of sheep farms']) {
    expect(isAbstract(heading)).toBe(false);
    expect(isBackMatter(heading)).toBe(false);
  }
});
