// A file of its own, so that the parser is loaded only where there is a file to parse.
export { isScalar, parseDocument, visit } from 'yaml';
