import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { type Call, Fault } from '../router.ts';

/** Relay's own limits for one envelope: 20 MB as sent, 100 MB inflated. */
const MAX_SENT_BYTES = 20 * 1024 * 1024;
const MAX_INFLATED_BYTES = 100 * 1024 * 1024;

type Inflate = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const INFLATERS: Record<string, Inflate> = {
  gzip: promisify(gunzip) as Inflate,
  'x-gzip': promisify(gunzip) as Inflate,
  deflate: async (bytes, options) => {
    // HTTP's "deflate" is the zlib form; some clients send the raw one.
    const isZlib = bytes.length >= 2 && ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
    return (promisify(isZlib ? inflate : inflateRaw) as Inflate)(bytes, options);
  },
  br: promisify(brotliDecompress) as Inflate,
  zstd: promisify(zstdDecompress) as Inflate,
};

/** The body of an SDK's request, inflated. Faults: 413 too large, 400 not what its Content-Encoding says. */
export async function decodedBody(call: Call): Promise<Buffer> {
  const sent = await call.bytes(MAX_SENT_BYTES);
  const encoding = (call.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return sent;
  const inflater = INFLATERS[encoding];
  if (!inflater) throw new Fault(415, { detail: `unsupported content encoding ${encoding}` });
  try {
    return await inflater(sent, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new Fault(413, { detail: 'the inflated payload exceeds the size limit' });
    throw new Fault(400, { detail: 'failed to decode the payload', causes: [`not valid ${encoding}`] });
  }
}
