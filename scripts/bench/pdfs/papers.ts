/** The papers that are typeset: titles, authors and a text of our own, put together from a seed. */

/** A text in LaTeX, and what a person reads; several where either reading is right. */
export interface Reading {
  tex: string;
  plain: string[];
}

export interface Author extends Reading {
  /** Of the institutions, from 1 on. */
  at: number;
}

export interface Paper {
  number: number;
  title: Reading;
  authors: Author[];
  institutions: string[];
  abstract: string;
  body: string;
  doi: string;
  /** Whether the page shows the DOI; a placeholder is shown in place of it where this is `placeholder`. */
  shown: 'doi' | 'none' | 'placeholder';
  /** What stands above the title. */
  label: string;
  /** What the file's metadata say. */
  metadata: 'right' | 'none' | 'program' | 'glued' | 'first author' | 'template';
  /** arXiv's stamp up the margin. */
  stamp: string | null;
  /** Changes marks, places and such. */
  variant: number;
}

const same = (tex: string): Reading => ({ tex, plain: [tex] });
const TITLES: Reading[] = [
  same('Counting Sheep with Shared Fences'),
  {
    tex: 'Counting Sheep:\\\\ How Fences Change What Dogs Know',
    plain: ['Counting Sheep: How Fences Change What Dogs Know'],
  },
  same(
    'A Systematic Comparison of Electric, Wooden and Virtual Fences for Grazing Sheep on Alpine Meadows: Nine Years of ' +
      'Observations from Forty-Two Farms',
  ),
  {
    tex: 'Bounds on the $L^2$ Norm of Flock Densities',
    plain: ['Bounds on the L2 Norm of Flock Densities', 'Bounds on the L 2 Norm of Flock Densities'],
  },
  { tex: 'On $\\alpha$-Stable Walks of Grazing Animals', plain: ['On α-Stable Walks of Grazing Animals'] },
  same('Self-Organised Fence-Line Contrasts in Semi-Arid Rangelands'),
  same('Efficient Classification of Shuffled Field Offices from Satellite Photographs of Affluent Farms'),
  same('Do Dogs Dream of Fenced Sheep?'),
  same('THE EFFECT OF RAIN ON THE WOOL OF MOUNTAIN SHEEP'),
  same('Über die Zäune von Mähwiesen: eine Übersicht'),
  same('Wool: A Review'),
  {
    tex: 'Grazing Behaviour of \\textit{Ovis aries} under Virtual Fencing',
    plain: ['Grazing Behaviour of Ovis aries under Virtual Fencing'],
  },
  {
    tex: 'Uptake of NO$_2$ by Lanolin Films',
    plain: ['Uptake of NO2 by Lanolin Films', 'Uptake of NO 2 by Lanolin Films'],
  },
  {
    tex: 'Recovering Trace Links Between \\\\ Shepherds’ Notes and Fence Sensor Records',
    plain: ['Recovering Trace Links Between Shepherds’ Notes and Fence Sensor Records'],
  },
  same('Towards Fair and Explainable Flock Management with Graph Neural Networks and Weakly Supervised Bell Sounds'),
  same('“Nobody Asked the Sheep”: Consent and Measurement in Precision Farming'),
];

const NAMES = [
  ['Ann', 'Abel'], ['Bob', 'Baker'], ['José María', 'Fernández'], ['Łukasz', 'Wiśniewski'], ['Jean-Luc', 'Dupré'],
  ['Maria', 'van der Berg'], ['Chen', 'Wei'], ['Søren', 'Ågård'], ['A. B.', 'Carter'], ['Émile', 'd’Arcy'],
  ['Paul', 'O’Neil'], ['Karl-Heinz', 'Müller'], ['Şule', 'Öztürk'], ['Ludwig', 'von Stein'], ['Fatima', 'al-Hassan'],
  ['Yuki', 'Tanaka'], ['Olga N.', 'Ivanova'], ['Robert', 'Smith Jr.'], ['Mark', 'Institoris'], ['Xin', 'Li'],
] as const; // prettier-ignore

const INSTITUTIONS = [
  'Department of Meadows, University of Lower Hills, 12 Fence Road, Lower Hills',
  'Institute for Wool Research, 80333 Oberdorf',
  'School of Dogs and Sheep, Northern College, Northtown',
];

const SENTENCES = [
  'We count the sheep of a small farm and compare what the fence says with what the dog says.',
  'The fence is right more often than the dog, and it never sleeps at all.',
  'On three meadows the numbers agree within two animals, which is less than what a hedge hides.',
  'Rain makes the count worse, and wind does not.',
  'A model with one parameter for each gate describes what was seen in nine weeks.',
  'We give the readings of all sensors and the notes of the shepherds to whoever asks.',
  'Earlier work looked at cows, whose habits differ in the morning and at noon.',
  'Grass grows where the animals were last year, and the effect is small but steady.',
];
const LABELS = [
  '',
  '',
  'Research Article',
  'Original Paper',
  'Review',
  'Letter',
  'OPEN ACCESS',
  'Case Report',
  'Short Communication',
];
const SUFFIXES = [
  '3592101.3592117',
  'j.sheep.2021.104512',
  's41586-021-0314-7',
  'sheep/2021/157939',
  '12345678.2020.1766543',
  'sheep.v15i03.a',
];
const METADATA: Paper['metadata'][] = ['right', 'none', 'none', 'program', 'glued', 'first author', 'template'];
const SHOWN: Paper['shown'][] = ['doi', 'doi', 'doi', 'none', 'placeholder'];

/** The `number`th paper of a seed: the same at any time. */
export function paperOf(number: number): Paper {
  let state = (number * 7919 + 13) % 0x7fffffff;
  const random = (below: number): number => (state = (state * 48271) % 0x7fffffff) % below;
  for (let i = 0; i < 5; i++) random(2);
  const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)]!;
  const text = (sentences: number): string => Array.from({ length: sentences }, () => pick(SENTENCES)).join(' ');
  const count = pick([1, 2, 2, 3, 3, 4, 5, 7, 12]);
  const first = random(NAMES.length);
  const institutions = INSTITUTIONS.slice(0, 1 + random(Math.min(count, 3)));
  const authors = Array.from({ length: count }, (_, i): Author => {
    const [given, family] = NAMES[(first + i * 7) % NAMES.length]!;
    return { ...same(`${given} ${family}`), at: 1 + Math.floor((i * institutions.length) / count) };
  });
  return {
    number,
    title: TITLES[number % TITLES.length]!,
    authors,
    institutions,
    abstract: text(6),
    body: Array.from({ length: 14 }, () => text(7)).join('\n\n'),
    doi: `10.5555/${pick(SUFFIXES)}${number}`,
    shown: pick(SHOWN),
    label: pick(LABELS),
    metadata: pick(METADATA),
    stamp:
      random(4) === 0 ? `arXiv:21${String(10 + (number % 3))}.0${String(1000 + number)}v2 [cs.CL] 6 Dec 2021` : null,
    variant: random(12),
  };
}
