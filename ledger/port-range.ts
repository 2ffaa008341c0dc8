/** Any one of these ports, both ends included. */
export interface PortRange {
  from: number;
  to: number;
}

/** The port that was given for a range, which is written as it was asked for: `port:3000-3999`. */
export interface GivenPort {
  range: string;
  port: number;
}

/** What `port:3000-3999` asks for; `undefined` for any other resource. `resource` is in its one spelling. */
export function portRange(resource: string): PortRange | undefined {
  const [, from, to] = /^port:(\d+)-(\d+)$/.exec(resource) ?? [];
  return to === undefined ? undefined : { from: Number(from), to: Number(to) };
}

/** The number of `port:5173`; `undefined` for a range and for any other resource. */
export function portNumber(resource: string): number | undefined {
  const [, port] = /^port:(\d+)$/.exec(resource) ?? [];
  return port === undefined ? undefined : Number(port);
}

export const portsAmong = (resources: readonly string[]): number[] =>
  resources.flatMap((resource) => portNumber(resource) ?? []);

export const isWithin = ({ from, to }: PortRange, port: number): boolean => from <= port && port <= to;
