import { spawnSync } from 'node:child_process';

/** A network of its own behind a cable, in which programs can be started; this side of it has an address too. */
export interface NetworkLink {
  /** This machine, as the other network sees it. */
  address: string;
  /** Put before a command line, starts it over there. */
  enter: string[];
  /** From now on packets in these directions are gone, and nobody is told. */
  cut(direction: Direction): void;
  restore(): void;
  close(): void;
}

/** `there`: from here to the other network. */
export type Direction = 'there' | 'back' | 'both';

/**
 * A network namespace of Linux's with a pair of virtual network cards (ip-netns(8), veth(4)). A sentence where that is
 * not permitted. `number` (below 4) tells several of one process apart.
 */
export function linkToNamespace(number: number): NetworkLink | string {
  const name = `pitcrew-${process.pid}-${number}`;
  const [here, there] = [`pc${process.pid}-${number}`, 'far0'];
  // 198.18.0.0/15 is for tests (RFC 2544): four addresses for each link, 32,768 links.
  const first = ((process.pid * 4 + number) % 32_768) * 4;
  const [address, other] = [first + 1, first + 2].map(
    (host) => `198.${18 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`,
  );
  const enter = ['ip', 'netns', 'exec', name];
  const close = () => {
    tried('ip', 'link', 'del', here);
    tried('ip', 'netns', 'del', name);
  };
  const commands = [
    ['ip', 'netns', 'add', name],
    ['ip', 'link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name],
    ['ip', 'addr', 'add', `${address}/30`, 'dev', here],
    ['ip', 'link', 'set', here, 'up'],
    [...enter, 'ip', 'addr', 'add', `${other}/30`, 'dev', there],
    [...enter, 'ip', 'link', 'set', there, 'up'],
    [...enter, 'ip', 'link', 'set', 'lo', 'up'],
  ];
  const cutters = {
    there: ['tc', 'qdisc', 'add', 'dev', here, ...SWALLOW],
    back: [...enter, 'tc', 'qdisc', 'add', 'dev', there, ...SWALLOW],
  };
  const menders = [
    ['tc', 'qdisc', 'del', 'dev', here, 'root'],
    [...enter, 'tc', 'qdisc', 'del', 'dev', there, 'root'],
  ];
  // Cutting and mending are tried too: not every kernel has the queue for it.
  for (const command of [...commands, ...Object.values(cutters), ...menders]) {
    const refusal = tried(...command);
    if (refusal === undefined) continue;
    close();
    return `${command.join(' ')}: ${refusal}`;
  }
  return {
    address: address ?? '',
    enter,
    cut(direction) {
      const directions = direction === 'both' ? (['there', 'back'] as const) : [direction];
      for (const one of directions) done(cutters[one]);
    },
    restore() {
      for (const command of menders) tried(...command);
    },
    close,
  };
}

/** A token bucket that is smaller than any packet. */
const SWALLOW = ['root', 'tbf', 'rate', '8bit', 'burst', '1', 'latency', '1ms'];

function done(command: string[]): void {
  const refusal = tried(...command);
  if (refusal !== undefined) throw new Error(`${command.join(' ')}: ${refusal}`);
}

/** `undefined` where it worked. */
function tried(program = '', ...args: string[]): string | undefined {
  const { status, error, stderr } = spawnSync(program, args, { encoding: 'utf8', env: ENV });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** `tc` lies where many shells do not look. */
const ENV = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
