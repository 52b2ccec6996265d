/** How numbers and sentences are written on the page. */

/** "1,214". */
export const number = (n: number): string => n.toLocaleString('en');

/** "1 paper", "1,214 papers". */
export const papersIn = (n: number): string => `${number(n)} ${n === 1 ? 'paper' : 'papers'}`;

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
