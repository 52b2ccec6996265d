/** What a machine and a person set for every run: the environment is read here, and nowhere else. */
import { homedir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../package.ts';

export interface Configuration {
  /** The library of a command that is told none. */
  index: string;
  /** Where model folders may be, besides the bundled `models/`. */
  modelFolders: string[];
  /** An e-mail address that online services are told; '' for none. */
  contact: string;
  /** The key with which OpenAlex is asked. */
  openAlexKey: string | undefined;
  /** How much a server logs: a level of pino. */
  logLevel: string;
}

/** The variables, each with what it is for; the table of src/cli/README.md names each. */
export const VARIABLES = {
  AKIN_INDEX: 'the folder of the library, where --index does not say it',
  AKIN_MODELS: `further folders to look for model folders in, separated by "${path.delimiter}"`,
  AKIN_CONTACT: 'an e-mail address that online services are told',
  AKIN_OPENALEX_KEY: 'the key with which OpenAlex is asked',
  AKIN_LOG: 'how much a server logs: silent, error, warn, info or debug',
};

/** A folder of the XDG Base Directory Specification, which is no variable of akin's. */
type Environment = Partial<Record<keyof typeof VARIABLES | 'XDG_DATA_HOME', string>>;

/** What an environment says. */
export function configurationOf(environment: Environment): Configuration {
  const {
    AKIN_INDEX,
    XDG_DATA_HOME,
    AKIN_MODELS = '',
    AKIN_CONTACT = '',
    AKIN_OPENALEX_KEY,
    AKIN_LOG = 'info',
  } = environment;
  return {
    index: AKIN_INDEX || ownLibrary(XDG_DATA_HOME),
    modelFolders: AKIN_MODELS.split(path.delimiter).filter((folder) => folder !== ''),
    contact: AKIN_CONTACT,
    openAlexKey: AKIN_OPENALEX_KEY || undefined,
    logLevel: AKIN_LOG,
  };
}

/** `index` in a checkout of akin; elsewhere a person has one library, wherever a command is called. */
function ownLibrary(dataHome = ''): string {
  if (process.cwd() === ROOT) return 'index';
  // A path that is not absolute is to be ignored.
  return path.join(path.isAbsolute(dataHome) ? dataHome : path.join(homedir(), '.local/share'), 'akin');
}
