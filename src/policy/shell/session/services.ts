import { refuse } from '../rules.ts';
import type { Argument, Refusal, Scene } from '../scene.ts';

const CLIENTS = new Set(
  'curl wget wget2 http https httpie xh xhs curlie aria2c lynx links w3m nc ncat netcat telnet openssl socat websocat grpcurl hurl'.split(
    ' ',
  ),
);
const HOSTS =
  /(^|[^\w.-])(api\.github\.com|uploads\.github\.com|github\.com\/api|(?!(?:docs|develop|status)\.)([\w-]+\.)*sentry\.io)(?!\.?[\w-])/i;
const SENTRY_READS = /^(list|info|help|--help|-h|--version|-V)$/;

/** Judges what reaches Sentry and GitHub past the tools. */
export function judgeServices(name: string, list: readonly Argument[], scene: Scene): Refusal | undefined {
  if (name === 'sentry-cli' || (name === 'sentry' && list.length > 0)) {
    const words = list.filter((item) => !item.text.startsWith('-') || SENTRY_READS.test(item.text));
    return words.slice(0, 3).some((item) => SENTRY_READS.test(item.text)) ? undefined : refuse('service-api');
  }
  if (!CLIENTS.has(name)) return undefined;
  return list.some((item) => mentionsService(item.text, scene)) ? refuse('service-api') : undefined;
}

/** Whether a text names the interface of Sentry or GitHub. */
export function mentionsService(text: string, scene: Scene): boolean {
  return (
    HOSTS.test(text) ||
    (scene.facts.serviceHosts ?? []).some(
      (host) => host !== '' && text.toLowerCase().includes(host.toLowerCase()),
    )
  );
}
