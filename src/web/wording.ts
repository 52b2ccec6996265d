/** How numbers and sentences are written on the page. */
import { count } from '../text.ts';

/** "1 paper", "1,214 papers". */
export const papersIn = (n: number): string => `${count(n)} ${n === 1 ? 'paper' : 'papers'}`;

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
