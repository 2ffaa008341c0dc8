import { seeded, text } from './random.ts';
import { BLOCKS } from './secret-blocks.ts';
import { CONTEXTS } from './secrets-in-context.ts';

export interface Planted {
  kind: string;
  /** What is planted: the secret with whatever it needs around it to be known as one. */
  text: string;
  /** What must not be seen afterwards, in any form. */
  secret: string;
}

export type Make = (random: () => number) => { text: string; secret: string };

/**
 * Tokens that are known by their looks: kind, then literal parts and `alphabet*length` in turn. Made up at run time, and
 * put together from parts, so that no scanner takes this file for a leak.
 */
const FORMS: readonly (readonly [kind: string, ...parts: string[]])[] = [
  ['sentry', 'sntr', 'ys_', 'mixed*120', '_', 'mixed*43'],
  ['sentry', 'sntr', 'yu_', 'hex*64'],
  ['github', 'gh', 'p_', 'mixed*36'],
  ['github', 'gh', 's_', 'mixed*36'],
  ['github', 'gh', 'o_', 'mixed*36'],
  ['github', 'github', '_pat_', 'mixed*22', '_', 'mixed*59'],
  ['gitlab', 'gl', 'pat-', 'url*20'],
  ['gitlab', 'gl', 'ptt-', 'hex*40'],
  ['atlassian', 'ATA', 'TT3', 'url*60', '=', 'HEX*8'],
  ['bitbucket', 'AT', 'BB', 'mixed*32'],
  ['aws access key', 'AK', 'IA', 'upper*16'],
  ['aws access key', 'AS', 'IA', 'upper*16'],
  ['google api key', 'AI', 'za', 'url*35'],
  ['google oauth', 'ya', '29.', 'url*120'],
  ['google oauth secret', 'GOC', 'SPX-', 'url*28'],
  ['google refresh token', '1/', '/0', 'url*60'],
  ['azure client secret', 'mixed*3', '8', 'Q~', 'url*34'],
  ['azure devops', 'mixed*76', 'AZ', 'DO', 'mixed*4'],
  ['digitalocean', 'do', 'p_v1_', 'hex*64'],
  ['alibaba', 'LT', 'AI', 'mixed*20'],
  ['cloudflare', 'cf', 'ut_', 'mixed*40', 'hex*8'],
  ['heroku', 'HR', 'KU-', 'url*60'],
  ['vercel', 'vc', 'p_', 'mixed*56'],
  ['netlify', 'nf', 'p_', 'mixed*36'],
  ['fly.io', 'fm', '2_', 'mixed*120'],
  ['planetscale', 'pscale', '_tkn_', 'url*43'],
  ['supabase', 'sb', 'p_', 'hex*40'],
  ['databricks', 'da', 'pi', 'hex*32'],
  ['hashicorp vault', 'hv', 's.', 'url*95'],
  ['terraform cloud', 'mixed*14', '.atlas', 'v1.', 'url*67'],
  ['pulumi', 'pu', 'l-', 'hex*40'],
  ['doppler', 'dp', '.pt.', 'mixed*43'],
  ['1password', 'op', 's_ey', 'mixed*250'],
  ['tailscale', 'ts', 'key-auth-', 'mixed*12', '-', 'mixed*32'],
  ['age', 'AGE-SEC', 'RET-KEY-1', 'upper*58'],
  ['docker', 'dckr', '_pat_', 'url*27'],
  ['npm', 'np', 'm_', 'mixed*36'],
  ['pypi', 'py', 'pi-', 'AgEIcHlwaS5vcmc', 'url*120'],
  ['rubygems', 'ruby', 'gems_', 'hex*48'],
  ['nuget', 'oy', '2', 'lower*43'],
  ['crates.io', 'ci', 'o', 'mixed*32'],
  ['artifactory', 'AK', 'Cp', 'mixed*69'],
  ['buildkite', 'bk', 'ua_', 'hex*40'],
  ['circleci', 'CCI', 'PAT_', 'mixed*22', '_', 'hex*40'],
  ['sonarqube', 'sq', 'u_', 'hex*40'],
  ['grafana', 'gl', 'sa_', 'mixed*32', '_', 'hex*8'],
  ['new relic', 'NR', 'AK-', 'upper*27'],
  ['dynatrace', 'dt', '0c01.', 'upper*24', '.', 'upper*64'],
  ['anthropic', 'sk-', 'ant-api03-', 'url*93', 'AA'],
  ['openai', 'sk-', 'proj-', 'url*74', 'T3Blb', 'kFJ', 'url*74'],
  ['openai', 'sk-', 'mixed*20', 'T3Blb', 'kFJ', 'mixed*20'],
  ['openrouter', 'sk-', 'or-v1-', 'hex*64'],
  ['groq', 'gs', 'k_', 'mixed*52'],
  ['hugging face', 'h', 'f_', 'letters*34'],
  ['replicate', 'r', '8_', 'mixed*37'],
  ['perplexity', 'pp', 'lx-', 'mixed*48'],
  ['slack bot', 'xo', 'xb-', 'digits*12', '-', 'digits*13', '-', 'mixed*24'],
  ['slack user', 'xo', 'xp-', 'digits*12', '-', 'digits*12', '-', 'digits*13', '-', 'hex*32'],
  ['slack app', 'xa', 'pp-1-', 'upper*11', '-', 'digits*13', '-', 'hex*64'],
  ['discord bot', 'M', 'url*25', '.', 'url*6', '.', 'url*38'],
  ['telegram bot', 'digits*10', ':A', 'A', 'url*33'],
  ['twilio', 'S', 'K', 'hex*32'],
  ['sendgrid', 'S', 'G.', 'url*22', '.', 'url*43'],
  ['mailgun', 'ke', 'y-', 'hex*32'],
  ['mailchimp', 'hex*32', '-u', 's12'],
  ['brevo', 'xkey', 'sib-', 'hex*64', '-', 'mixed*16'],
  ['stripe', 'sk', '_live_', 'mixed*24'],
  ['stripe', 'rk', '_test_', 'mixed*99'],
  ['stripe webhook', 'wh', 'sec_', 'mixed*32'],
  ['square', 'sq', '0csp-', 'url*43'],
  ['paypal braintree', 'access_', 'token$production$', 'lower*16', '$', 'hex*32'],
  ['razorpay', 'rz', 'p_live_', 'mixed*14'],
  ['shopify', 'sh', 'pat_', 'hex*32'],
  ['facebook', 'EA', 'AG', 'mixed*180'],
  ['twitter bearer', 'AAAAAAAAAA', 'AAAAAAAAAAAA', 'mixed*84'],
  ['notion', 'nt', 'n_', 'digits*11', 'mixed*35'],
  ['linear', 'lin', '_api_', 'mixed*40'],
  ['figma', 'fi', 'gd_', 'url*40'],
  ['airtable', 'pa', 't', 'mixed*14', '.', 'hex*64'],
  ['asana', '1', '/', 'digits*16', ':', 'hex*32'],
  ['dropbox', 'sl', '.u.', 'url*140'],
  ['postman', 'PM', 'AK-', 'hex*24', '-', 'hex*34'],
  ['contentful', 'CF', 'PAT-', 'url*43'],
  ['posthog', 'ph', 'x_', 'mixed*43'],
  ['jwt', 'ey', 'JhbGciOiJIUzI1NiJ9', '.ey', 'J', 'url*80', '.', 'url*43'],
];

const SEEDS = [11, 23, 37];

/** Every planted secret: each form and context three times over. */
export const SECRETS: readonly Planted[] = [
  ...FORMS.map(([kind, ...parts]): [string, Make] => [kind, (random) => whole(random, parts)]),
  ...CONTEXTS,
  ...BLOCKS,
].flatMap(([kind, make], row) => SEEDS.map((seed) => ({ kind, ...make(seeded(seed * 1000 + row)) })));

export const KINDS: ReadonlySet<string> = new Set(SECRETS.map(({ kind }) => kind));

function whole(random: () => number, parts: readonly string[]): { text: string; secret: string } {
  const made = parts
    .map((part) => {
      const [, alphabet, length] = /^(\w+)\*(\d+)$/.exec(part) ?? [];
      return alphabet === undefined ? part : text(random, alphabet, Number(length));
    })
    .join('');
  return { text: made, secret: made };
}
