/** Run as a process of its own, to be killed: opens the library in the folder given, and so brings it into today's format. */
import { openForReading } from '../../src/library/local/database.ts';

process.stdout.write('beginning\n');
openForReading(process.argv[2]!).db.close();
