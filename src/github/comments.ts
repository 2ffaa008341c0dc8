import { z } from 'zod';
import { automationIn } from '../core/defuse.ts';
import { inputError } from '../core/errors.ts';
import type { GitHubClient } from './client.ts';
import { GitHubError } from './github-error.ts';
import { listOf, webUrl } from './schemas.ts';

export interface CommentRequest {
  /** Of an issue or a pull request. */
  number: number;
  /** A word that names the comment among those on it: `ci-report`. */
  marker: string;
  /** What comes from outside has to be defused by the caller; refused where it would close or notify. */
  body: string;
}

/**
 * Writes a comment, or rewrites the one that this marker wrote before. Comments of people without a role in the
 * repository do not count, whatever they start with.
 */
export async function upsertComment(
  client: GitHubClient,
  { number, marker, body }: CommentRequest,
  signal?: AbortSignal,
): Promise<{ outcome: 'created' | 'updated' | 'unchanged'; url: string }> {
  const text = markedBody(marker, body);
  const known = await findComment(client, number, firstLine(marker), signal);
  if (known?.body === text) return { outcome: 'unchanged', url: known.html_url };
  const updated = known && (await update(client, known.id, text, signal));
  if (updated) return { outcome: 'updated', url: updated };
  const { html_url } = await client.call({
    doing: `comment on #${number}`,
    schema: z.object({ html_url: webUrl }),
    signal,
    send: (octokit, target) =>
      octokit.rest.issues.createComment({ ...target, issue_number: number, body: text }),
  });
  return { outcome: 'created', url: html_url };
}

/** GitHub's limit for a comment is 65,536 characters. */
const MAX_COMMENT = 60_000;
const PAGE = 100;
const MOST_PAGES = 10;
const INSIDERS = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

const firstLine = (marker: string): string => `<!-- pitcrew:${marker} -->`;

function markedBody(marker: string, body: string): string {
  if (!/^[a-z][a-z0-9:_-]{0,60}$/i.test(marker))
    throw inputError(
      `A comment cannot be marked "${marker.slice(0, 60)}".`,
      'Use letters, digits, : _ and -.',
    );
  const automation = automationIn(body);
  if (automation !== undefined)
    throw inputError(
      `The comment would close an issue or notify somebody: "${automation}".`,
      'Leave closing keywords and mentions out.',
    );
  if (body.length > MAX_COMMENT)
    throw inputError(`The comment is longer than ${MAX_COMMENT} characters.`, 'Shorten it.');
  return `${firstLine(marker)}\n${body}`;
}

const commentSchema = z.object({
  id: z.int().positive(),
  html_url: webUrl,
  body: z.string().catch(''),
  author_association: z.string().catch(''),
  user: z.object({ type: z.string() }).nullish().catch(null),
});
type FoundComment = z.output<typeof commentSchema>;

async function findComment(
  client: GitHubClient,
  number: number,
  start: string,
  signal: AbortSignal | undefined,
): Promise<FoundComment | undefined> {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { items, received } = await client.call({
      doing: `read the comments of #${number}`,
      schema: listOf(commentSchema),
      signal,
      send: (octokit, target) =>
        octokit.rest.issues.listComments({ ...target, issue_number: number, per_page: PAGE, page }),
    });
    const known = items.find(
      (comment) =>
        comment.body.startsWith(start) &&
        (INSIDERS.has(comment.author_association) || comment.user?.type === 'Bot'),
    );
    if (known || received < PAGE) return known;
  }
  return undefined;
}

/** `undefined` where the comment is somebody else's, or gone since it was read. */
async function update(
  client: GitHubClient,
  id: number,
  body: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    const { html_url } = await client.call({
      doing: 'update a comment',
      schema: z.object({ html_url: webUrl }),
      signal,
      send: (octokit, target) => octokit.rest.issues.updateComment({ ...target, comment_id: id, body }),
    });
    return html_url;
  } catch (error) {
    if (error instanceof GitHubError && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
}
