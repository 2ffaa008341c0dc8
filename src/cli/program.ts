/**
 * The server or a command, as the words after the program's name say. The server is started without the commands, and they
 * without it: start-up is paid by every session.
 */
export async function start(argv: string[]): Promise<void> {
  if (argv[0] === 'mcp' && argv.length === 1) {
    const { serveStdio } = await import('../../mcp-server/stdio.ts');
    return serveStdio();
  }
  const { main } = await import('./cli.ts');
  return main(argv);
}
