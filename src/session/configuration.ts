/** What a machine and a person set for every run: the environment is read here, and nowhere else. */
import path from 'node:path';

export interface Configuration {
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
  AKIN_MODELS: `further folders to look for model folders in, separated by "${path.delimiter}"`,
  AKIN_CONTACT: 'an e-mail address that online services are told',
  AKIN_OPENALEX_KEY: 'the key with which OpenAlex is asked',
  AKIN_LOG: 'how much a server logs: silent, error, warn, info or debug',
};

/** What an environment says. */
export function configurationOf(environment: Partial<Record<keyof typeof VARIABLES, string>>): Configuration {
  const { AKIN_MODELS = '', AKIN_CONTACT = '', AKIN_OPENALEX_KEY, AKIN_LOG = 'info' } = environment;
  return {
    modelFolders: AKIN_MODELS.split(path.delimiter).filter((folder) => folder !== ''),
    contact: AKIN_CONTACT,
    openAlexKey: AKIN_OPENALEX_KEY || undefined,
    logLevel: AKIN_LOG,
  };
}
