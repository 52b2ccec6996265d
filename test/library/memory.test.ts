/** The library in memory does what every library must do. */
import { libraryContract } from './contract.ts';
import { MODEL } from './made.ts';
import { Memory } from './memory.ts';

libraryContract('the library in memory', async () => {
  const memory = new Memory(MODEL);
  return { writer: memory.write(), reader: async () => memory.read() };
});
