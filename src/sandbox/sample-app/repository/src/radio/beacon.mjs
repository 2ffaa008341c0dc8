import { connect } from 'node:net';

/** Whether the timing beacon is there: resolves when its socket opens. */
export function pollBeacon(path) {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once('connect', () => resolve(socket.destroy()));
    socket.once('error', reject);
  });
}
