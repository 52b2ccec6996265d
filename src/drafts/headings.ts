/**
 * Which part of a paper does a heading begin: its list of references, its abstract, or what says nothing of its subject? In
 * the languages that papers are written in, numbered or not.
 */
import { plain, wordsIn } from '../fold.ts';

/** Headings are told apart by their words, without case and accents; commas part headings. */
const setOf = (headings: string): ReadonlySet<string> =>
  new Set(headings.split(',').map((heading) => wordsIn(plain(heading)).join(' ')));

/** Whether a list of references stands below it. */
const REFERENCES = setOf(
  // English
  'References, Reference, Reference List, List of References, References List, References Cited, Cited References,' +
    'References and Notes, Notes and References, References and Further Reading, Bibliographic References,' +
    'Bibliographical References, Main References, Works Cited, Cited Works, List of Works Cited, Works Consulted,' +
    'Literature, Literature Cited, Cited Literature, Literature References, References and Literature,' +
    'Bibliography, Selected Bibliography, Select Bibliography, Selected References, Key References,' +
    'Bibliography and References, References and Bibliography, Sources Cited, List of Sources, Sources and References,' +
    // German
    'Literatur, Literaturverzeichnis, Literaturliste, Literaturangaben, Literaturnachweis, Literaturnachweise,' +
    'Literaturhinweise, Literaturreferenzen, Zitierte Literatur, Verwendete Literatur, Benutzte Literatur,' +
    'Referenzen, Referenzliste, Referenzverzeichnis, Quellen, Quellenverzeichnis, Quellenangaben, Quellennachweis,' +
    'Quellennachweise, Literatur- und Quellenverzeichnis, Quellen- und Literaturverzeichnis, Quellen und Literatur,' +
    'Literatur und Quellen, Bibliografie, Schrifttum, Schrifttumsverzeichnis,' +
    // French
    'Références, Références bibliographiques, Références citées, Liste des références, Notes et références,' +
    'Liste de références, Références et notes, Liste des références bibliographiques, Bibliographie, Bibliographie sélective,' +
    'Bibliographie et références, Ouvrages cités, Travaux cités, Sources citées, Littérature citée, Sources et bibliographie,' +
    // Spanish
    'Referencias, Referencias bibliográficas, Lista de referencias, Listado de referencias, Referencias citadas,' +
    'Bibliografía, Bibliografía citada, Bibliografía consultada, Referencias y bibliografía, Bibliografía y referencias,' +
    'Literatura citada, Obras citadas, Trabajos citados, Fuentes bibliográficas, Fuentes consultadas, Referencias y notas,' +
    'Notas y referencias, Fuentes y bibliografía,' +
    // Portuguese
    'Referências, Referências bibliográficas, Lista de referências, Referências citadas, Bibliografia citada,' +
    'Bibliografia consultada, Literatura consultada, Trabalhos citados, Notas e referências, Referências e notas,' +
    'Fontes e bibliografia, Referências consultadas,' +
    // Catalan, Galician
    'Referències, Referències bibliogràfiques, Bibliografia i referències, Bibliografía e referencias,' +
    // Italian
    'Bibliografia, Riferimenti, Riferimenti bibliografici, Referenze, Referenze bibliografiche, Opere citate,' +
    'Bibliografia essenziale, Fonti bibliografiche, Elenco dei riferimenti, Bibliografia e sitografia, Fonti e bibliografia,' +
    'Note e riferimenti, Letteratura citata, Testi citati, Lavori citati,' +
    // Dutch, Afrikaans
    'Literatuur, Literatuurlijst, Literatuurverwijzingen, Literatuuropgave, Geraadpleegde literatuur, Geciteerde literatuur,' +
    'Referenties, Referentielijst, Bronnen, Bronnenlijst, Bronvermelding, Lijst van referenties, Geciteerde werken,' +
    'Literatuur en bronnen, Bronnen en literatuur, Verwysings, Bronnelys,' +
    // Swedish, Danish, Norwegian, Icelandic
    'Referenser, Referenslista, Källor, Källförteckning, Litteratur, Litteraturförteckning, Litteraturlista, Litteraturliste,' +
    'Käll- och litteraturförteckning, Källhänvisningar, Referencer, Referenceliste, Litteraturfortegnelse, Kilder,' +
    'Kildeliste, Litteraturhenvisninger, Referanser, Referanseliste, Litteraturreferanser, Heimildir, Heimildaskrá,' +
    // Finnish, Estonian
    'Lähteet, Lähdeluettelo, Kirjallisuus, Kirjallisuusluettelo, Kirjallisuusviitteet, Viitteet, Kasutatud kirjandus,' +
    'Kirjandus, Viited, Kasutatud allikad,' +
    // Polish
    'Literatura, Literatura cytowana, Cytowana literatura, Literatura przedmiotu, Piśmiennictwo, Wykaz literatury,' +
    'Spis literatury, Referencje, Odniesienia, Źródła, Bibliografia załącznikowa, Wykaz źródeł, Odwołania, Cytowane prace,' +
    // Czech, Slovak, Slovene, Croatian, Serbian
    'Použitá literatura, Seznam literatury, Seznam použité literatury, Literatura a zdroje, Reference, Citovaná literatura,' +
    'Seznam použitých zdrojů, Použité zdroje, Zoznam literatúry, Zoznam použitej literatúry, Literatúra, Použitá literatúra,' +
    'Bibliografické odkazy, Viri, Viri in literatura, Literatura in viri, Seznam virov, Izvori, Popis literature, Литература и извори,' +
    // Hungarian, Romanian, Turkish
    'Irodalom, Irodalomjegyzék, Hivatkozások, Felhasznált irodalom, Szakirodalom, Bibliográfia, Bibliografie, Referințe,' +
    'Referințe bibliografice, Kaynakça, Kaynaklar, Referanslar, Yararlanılan kaynaklar, Kaynak listesi,' +
    // Russian, Ukrainian, Bulgarian, Greek
    'Литература, Список литературы, Список использованной литературы, Список использованных источников, Библиография,' +
    'Библиографический список, Список источников, Список источников и литературы, Источники, Ссылки, Источники и литература,' +
    'Список литературы и источников, Список цитируемой литературы, Цитированная литература, Использованная литература,' +
    'Библиографические ссылки, Использованные источники, Список цитированной литературы,' +
    'Література, Список літератури, Список використаних джерел, Список використаної літератури, Бібліографія, Посилання,' +
    'Джерела, Референции, Използвана литература, Βιβλιογραφία, Αναφορές, Βιβλιογραφικές αναφορές,' +
    // Chinese, Japanese, Korean
    '参考文献, 參考文獻, 参考文献列表, 参考书目, 參考書目, 参考资料, 參考資料, 引用文献, 引用文獻, 文献, 参考文献与注释,' +
    '引用文献一覧, 参考文献一覧, 参考文献リスト, 参考・引用文献, 引用・参考文献, 文献一覧, 主要参考文献, 参照文献,' +
    '참고문헌, 참고 문헌, 참고자료, 인용문헌, 참고문헌 목록, 인용 문헌,' +
    // Arabic, Persian, Hebrew, Vietnamese, Indonesian
    'المراجع, قائمة المراجع, المصادر, المصادر والمراجع, قائمة المصادر والمراجع, منابع, مراجع, فهرست منابع, کتابنامه,' +
    'ביבליוגרפיה, מקורות, רשימת מקורות, Tài liệu tham khảo, Daftar Pustaka, Referensi, Daftar Referensi, Rujukan',
);

const ABSTRACT = setOf(
  'Abstract, Summary, Zusammenfassung, Kurzfassung, Kurzzusammenfassung, Résumé, Resumen, Resumo, Resum, Riassunto, Sommario,' +
    'Samenvatting, Opsomming, Sammanfattning, Resumé, Sammendrag, Sammenfatning, Tiivistelmä, Streszczenie, Abstrakt, Souhrn,' +
    'Povzetek, Sažetak, Összefoglaló, Kivonat, Rezumat, Özet, Öz, Аннотация, Реферат, Резюме, Анотація, Περίληψη, 摘要, 内容摘要,' +
    '内容提要, 要旨, 要約, 概要, 抄録, あらまし, 초록, 요약, 국문초록, الملخص, ملخص, چکیده, תקציר, Tóm tắt, Abstrak',
);

/** Sections that say nothing of what a draft is about. */
const BACK_MATTER = setOf(
  'Acknowledgement, Acknowledgements, Acknowledgment, Acknowledgments, Funding, Conflict of interest, Conflicts of interest,' +
    'Competing interest, Competing interests, Declaration, Declarations, Author contribution, Author contributions, Ethics statement,' +
    'Ethical statement, Supplementary material, Supplementary materials, Disclosure, Disclosures, Contents, Table of contents,' +
    'Danksagung, Danksagungen, Danksagung und Förderung, Dank, Interessenkonflikt, Interessenkonflikte, Förderung, Inhalt, Inhaltsverzeichnis,' +
    'Remerciements, Financement, Conflits d’intérêts, Table des matières, Agradecimientos, Financiación, Conflicto de intereses,' +
    'Índice, Agradecimentos, Financiamento, Sumário, Ringraziamenti, Finanziamento, Indice, Dankwoord, Inhoudsopgave, Tack,' +
    'Podziękowania, Spis treści, Poděkování, Благодарности, Финансирование, Содержание, Подяки, 致谢, 致謝, 谢辞, 謝辞, 目录, 目次,' +
    '감사의 글, 목차, 利益相反, 利益冲突',
);
const DECLARATION = /^(?:declarations? of |credit .*statement$|(?:data|code)(?: and (?:data|code))? availability)/;

/** Whether a section of this heading says nothing of what a draft is about. */
export const isBackMatter = (heading: string): boolean => {
  const words = wordsOf(heading);
  return BACK_MATTER.has(words) || DECLARATION.test(words);
};
/** Whether a list of references stands below a heading. */
export const isReferences = (heading: string): boolean => REFERENCES.has(wordsOf(heading));
/** Whether an abstract does. */
export const isAbstract = (heading: string): boolean => ABSTRACT.has(wordsOf(heading));

/** Characters; what is longer is no heading of these. */
const MAX_HEADING = 100;
/** "7.", "A.2", "IV", "§ 5", "第七章", "Appendix B:", "(6)": what numbers a section, before its name. */
const NUMBER =
  /^[\s\p{P}§]*(?:(?:(?:chapter|section|appendix|kapitel|anhang|chapitre|capítulo|capitolo|глава|приложение)\s+)?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[ivxlc]{1,6}|[a-z](?=[.):]))(?:[.):、．]+\s*|\s+)|第?[\d一二三四五六七八九十]{1,3}[章节節部]?[、.．\s]\s*)/iu;

/** The words of a heading without its number and what is behind a colon. */
function wordsOf(heading: string): string {
  if (heading.length > MAX_HEADING) return '';
  const words = (text: string): string => wordsIn(plain(text)).join(' ');
  const named = words(heading.replace(NUMBER, ''));
  // Chinese and Japanese headings are set with blanks between their signs ("参 考 文 献"), or with the English name beside.
  const signs = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]/u.test(named) ? named.replace(/ /g, '') : named;
  if (REFERENCES.has(signs) || ABSTRACT.has(signs) || BACK_MATTER.has(signs)) return signs;
  const parts = heading
    .replace(NUMBER, '')
    .split(/[/|(（]/, 2)
    .map(words);
  const isBoth =
    parts.length === 2 && [REFERENCES, ABSTRACT, BACK_MATTER].some((set) => parts.every((each) => set.has(each)));
  return isBoth ? parts[0]! : named;
}
