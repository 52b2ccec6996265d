/** The library on this machine does what every library must do. */
import { temporaryFolder } from '../akin.ts';
import { libraryContract } from './contract.ts';
import { libraryOn, writerOn } from './opened.ts';

libraryContract('the library on this machine', async () => {
  const folder = temporaryFolder();
  return { writer: await writerOn(folder), reader: () => libraryOn(folder) };
});
