import { existsSync, readFileSync } from 'node:fs';

/** Left by Docker, Podman and CRI-O, Kubernetes, and systemd in what they start. */
const MARKS = [
  '/.dockerenv',
  '/run/.containerenv',
  '/var/run/secrets/kubernetes.io',
  '/run/systemd/container',
];

/**
 * Whether the system that this process sees was laid out as a container. A process namespace alone is none, as any
 * program can make one (`unshare`): it gets its /proc over the one that was there, and without rights outside it cannot
 * take that one away. A container's root has had one /proc from the start.
 */
export const isInContainer = (): boolean => MARKS.some((mark) => existsSync(mark)) && mountsOfProc() === 1;

/** proc_pid_mountinfo(5): the fifth field is where it is mounted. */
function mountsOfProc(): number {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    return mounts.filter((line) => line.split(' ')[4] === '/proc').length;
  } catch {
    return 0;
  }
}
