import { connect } from 'node:net';
import { upstreamError } from '../core/errors.ts';

/** The two loopback addresses of this machine: a server for everybody answers on these too. */
const HERE = ['127.0.0.1', '::1'];
/**
 * The kernel answers for whoever listens: one that takes longer has a full queue. Windows takes two seconds to say that
 * nobody does.
 */
const PATIENCE_MS = 4000;
/** No such address on this machine: nobody can listen on it. */
const NO_ADDRESS = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH', 'EHOSTUNREACH', 'EINVAL']);

/**
 * Whether a program listens on `port` of this machine, asked by a connection that is ended at once. To bind the port would
 * take it for a moment from whoever starts a server, and beside a server for all addresses some systems allow it. Throws
 * `upstream` where connections are not allowed: that nobody can tell is not that nobody listens.
 */
export async function isListening(port: number): Promise<boolean> {
  const answers = await Promise.all(HERE.map((host) => answersAt(host, port)));
  return answers.includes(true);
}

function answersAt(host: string, port: number): Promise<boolean> {
  return new Promise((done, fail) => {
    const socket = connect({ host, port });
    // After a stall of this process an answer may be there, and is read before the timer's second turn.
    const timer = setTimeout(() => setImmediate(() => end(() => done(true))), PATIENCE_MS);
    const end = (say: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      say();
    };
    // Both ends of one connection can be this very socket, by chance, where nobody listens.
    socket.on('connect', () => end(() => done(socket.localPort !== port)));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(() => {
        if (error.code === 'EPERM' || error.code === 'EACCES') fail(notTold(port, error));
        else done(error.code !== 'ECONNREFUSED' && !NO_ADDRESS.has(error.code ?? ''));
      }),
    );
  });
}

const notTold = (port: number, error: Error) =>
  upstreamError(
    `Whether a program listens on port ${port} cannot be found out here: ${error.message}`,
    'Choose a port yourself, and reserve it by its number, as in port:5173.',
    error,
  );
