/**
 * `akin completion`: a script that has a shell complete commands, options and their values. It is made from what the program
 * knows and asks nothing when a key is pressed: packages for this start the program each time, which takes a second.
 */
import { Argument, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { newProgram } from './program.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** A command as a shell completes it. */
interface Completed {
  name: string;
  description: string;
  /** Words that may stand where no option does, besides names of files. */
  words: string[];
  options: {
    name: string;
    description: string;
    takesValue: boolean;
    /** Its values; where there are none and it takes one, that may be the name of a file. */
    values: readonly string[];
  }[];
}

/** Adds the command to the program. */
export function completionCommand({ command, program }: ReturnType<typeof newProgram>): void {
  command('completion', 'print a script that has a shell complete what is typed; its first line says where it belongs')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action((shell) => {
      const script = { bash, zsh, fish }[shell];
      process.stdout.write(script(program.name(), program.commands.map(completedOf)));
    });
}

function completedOf(command: CommandUnknownOpts): Completed {
  const options = command.createHelp().visibleOptions(command);
  return {
    name: command.name(),
    description: command.description(),
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    options: options.map(({ long, description, required, optional, argChoices = [] }) => ({
      ...{ name: long!, description, takesValue: required || optional, values: argChoices },
    })),
  };
}

function bash(program: string, commands: Completed[]): string {
  const cases = commands.map(({ name, words, options }) => {
    const valued = options.filter(({ takesValue }) => takesValue);
    const values = valued.map(({ name: option, values: these }) => {
      return `${name}:${option}) ${these.length > 0 ? `words='${these.join(' ')}'` : 'files=yes'} ;;`;
    });
    const all = [...words, ...options.map(({ name: option }) => option)].join(' ');
    return [...values, `${name}:*) words='${all}'${words.length > 0 ? '' : ' files=yes'} ;;`]
      .map((line) => `    ${line}\n`)
      .join('');
  });
  return `# ${program} completion bash > ~/.local/share/bash-completion/completions/${program}
_${program}() {
  local now="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words= files=
  [ "$COMP_CWORD" = 1 ] && before=
  case "$([ "$COMP_CWORD" != 1 ] && echo "\${COMP_WORDS[1]}"):$before" in
    :) words='${commands.map(({ name }) => name).join(' ')}' ;;
${cases.join('')}  esac
  COMPREPLY=($(compgen -W "$words" -- "$now"))
  case "$files:$now" in
    yes:-*) ;;
    yes:*) local file; while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$now") ;;
  esac
}
complete -o filenames -F _${program} ${program}
`;
}

function zsh(program: string, commands: Completed[]): string {
  const said = (text: string): string =>
    text.replaceAll(/['[\]:\\]/g, (sign) => (sign === "'" ? "'\\''" : `\\${sign}`));
  const described = commands.map(({ name, description }) => `    '${name}:${said(description)}'\n`);
  const cases = commands.map(({ name, words, options }) => {
    const lines = options.map(({ name: option, description, takesValue, values }) => {
      const value = values.length > 0 ? `:value:(${values.join(' ')})` : takesValue ? ':value:_files' : '';
      return `'*${option}[${said(description)}]${value}'`;
    });
    const rest = words.length > 0 ? `'*:word:(${words.join(' ')})'` : "'*:file:_files'";
    return `    ${name}) _arguments ${[...lines, rest].join(' ')} ;;\n`;
  });
  return `#compdef ${program}
# ${program} completion zsh > a folder of your $fpath, as _${program}
local -a commands=(
${described.join('')})
if (( CURRENT == 2 )); then
  _describe command commands
else
  local name="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$name" in
${cases.join('')}  esac
fi
`;
}

function fish(program: string, commands: Completed[]): string {
  const said = (text: string): string => `'${text.replaceAll(/['\\]/g, (sign) => `\\${sign}`)}'`;
  const lines = commands.flatMap(({ name, description, words, options }) => [
    `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${said(description)}`,
    ...words.map((word) => `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -f -a ${word}`),
    ...options.map(({ name: option, description: what, takesValue, values }) => {
      const value = values.length > 0 ? ` -x -a ${said(values.join(' '))}` : takesValue ? ' -r' : '';
      return `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}${value} -d ${said(what)}`;
    }),
  ]);
  return `# ${program} completion fish > ~/.config/fish/completions/${program}.fish\n${lines.join('\n')}\n`;
}
