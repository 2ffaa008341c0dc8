import { getEncoding } from 'js-tiktoken';

const encoding = getEncoding('o200k_base');

/** Tokens as the bench counts them (o200k). */
export const tokensOf = (text: string): number => encoding.encode(text, [], []).length;
