/**
 * What did a program do that could leave the machine, or a trace on it? It runs in a network namespace of its own, which has
 * a loopback and no way out, and strace notes every socket it opens, every address it speaks to and every file it writes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../akin.ts';

export interface Recorded {
  /** `socket AF_INET`, `connect 10.0.0.1:53`, `bind 127.0.0.1`, …: each once, in their order. */
  sockets: string[];
  /** Files that whoever looks up the address of a name reads. */
  lookUps: string[];
  /** Files and folders that were made, written, renamed or removed, or were to be. */
  written: string[];
  /** Every file that was to be opened, also to be read. */
  opened: string[];
  stdout: string;
}

/** With a question mark, a call that this processor's systems do not have is no error. */
const WRITING =
  '?creat ?mkdir ?mkdirat ?rename ?renameat ?renameat2 ?link ?linkat ?symlink ?symlinkat ?mknod ?mknodat ?unlink ?unlinkat ?rmdir ?truncate';
const CALLS = `?open openat ?openat2 socket connect bind sendto sendmsg sendmmsg io_uring_setup ${WRITING}`;
/** c-ares reads resolv.conf when it is loaded; these two are read for the sake of a name. */
const FOR_NAMES = ['/etc/hosts', '/etc/host.conf', '/var/run/nscd/socket'];

const traced = (into: string, command: string[]): string[] => {
  const calls = CALLS.replaceAll(' ', ',');
  return ['strace', '-f', '--seccomp-bpf', '-qq', '-y', '-s', '4096', '-e', `trace=${calls}`, '-o', into, ...command];
};
const withoutRoute = (command: string[]): string[] => {
  return ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...command];
};

/** Why nothing can be recorded on this machine, if so: strace, unshare or ip is missing, or not allowed. */
export function whyNot(): string | undefined {
  const [program, ...parameters] = withoutRoute(traced('/dev/null', ['true']));
  const { error, status, stderr } = spawnSync(program!, parameters, { encoding: 'utf8' });
  if (error) return error.message;
  return status === 0 ? undefined : stderr.trim();
}

/**
 * Runs a command of this checkout to its end, with an environment that holds nothing but what is given here: as on a
 * person's machine, `CI` is not set.
 * @param folder where HOME (`home`), the temporary folder (`tmp`) and the record (`record`) are; `home` and `tmp` may be there.
 * @param around a program of this checkout that is given the command, to run it and to do something meanwhile.
 * @throws Error when it fails.
 */
export async function recorded(command: string[], folder: string, around: string[] = []): Promise<Recorded> {
  const [home, temporary, record] = ['home', 'tmp', 'record'].map((name) => path.join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [home, temporary]) mkdirSync(each, { recursive: true });
  const [program, ...parameters] = withoutRoute([...around, ...traced(record, [process.execPath, ...command])]);
  const environment = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary };
  const child = spawn(program!, parameters, { cwd: ROOT, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${stderr}`);
  return { ...readRecord(readFileSync(record, 'utf8')), stdout };
}

function readRecord(record: string): Omit<Recorded, 'stdout'> {
  const found = {
    sockets: new Set<string>(),
    lookUps: new Set<string>(),
    written: new Set<string>(),
    opened: new Set<string>(),
  };
  for (const [, call = '', parameters = ''] of record.matchAll(/^\d+ +(\w+)\((.*)$/gm)) {
    if (call === 'io_uring_setup') throw new Error('what is done through io_uring is not recorded');
    const paths = pathsIn(parameters);
    for (const each of paths) if (FOR_NAMES.includes(each)) found.lookUps.add(each);
    if (/^(?:socket|connect|bind|send)/.test(call)) {
      const to = call === 'socket' ? /^\w+/.exec(parameters)![0] : addressIn(parameters);
      if (to !== undefined) found.sockets.add(`${call} ${to}`);
    } else if (!call.startsWith('open')) for (const each of paths) found.written.add(each);
    else {
      for (const each of paths) found.opened.add(each);
      if (/\bO_(?:WRONLY|RDWR|CREAT|TRUNC)\b/.test(parameters)) for (const each of paths) found.written.add(each);
    }
  }
  return {
    sockets: [...found.sockets],
    lookUps: [...found.lookUps],
    written: [...found.written],
    opened: [...found.opened],
  };
}

/** The files that a call names, each from the folder it is named from. */
function pathsIn(parameters: string): string[] {
  const named = parameters.matchAll(/(?:(?:AT_FDCWD|\d+)<([^>]*)>, |sun_path=)?"((?:[^"\\]|\\.)*)"/g);
  return [...named].map(([, from = ROOT, name = '']) => path.resolve(from, name));
}

/** The address of a call, if it has one: what is sent over a connection that was made or taken has none. */
function addressIn(parameters: string): string | undefined {
  const family = /sa_family=(\w+)/.exec(parameters)?.[1];
  if (family === undefined) return undefined;
  const address = /inet_addr\("([^"]*)"|inet_pton\(AF_INET6, "([^"]*)"|sun_path=@?"([^"]*)"/.exec(parameters);
  const port = /port=htons\((\d+)\)/.exec(parameters)?.[1];
  return [address?.slice(1).find((each) => each !== undefined) ?? family, port].filter(Boolean).join(':');
}
