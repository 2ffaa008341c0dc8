import type { Call, Handler } from '../router.ts';
import { bodyOf, type GithubContext, invalid, notFound, repositoryOf, VIEWER } from './context.ts';
import { issueOf, textOf } from './issues.ts';
import { pageOf } from './pagination.ts';
import { type CommentRow, changeIssue, commentsOf, type IssueRow } from './rows.ts';
import { commentView } from './views.ts';

export const listComments =
  (context: GithubContext): Handler =>
  (call) => {
    const issue = issueOf(context, call);
    const { items, headers } = pageOf(call, context.apiUrl(), commentsOf(context.database, issue.id));
    return { status: 200, body: items.map((row) => commentView(context, issue, row)), headers };
  };

export const createComment =
  (context: GithubContext): Handler =>
  async (call) => {
    const text = await commentText(call);
    const issue = issueOf(context, call);
    const now = context.clock();
    const { lastId } = context.database.run(
      'INSERT INTO github_comments (issue_id, body, author, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
      issue.id,
      text,
      VIEWER,
      now,
      now,
    );
    changeIssue(context.database, issue, {}, now);
    const row = {
      id: lastId,
      issue_id: issue.id,
      body: text,
      author: VIEWER,
      created_at: now,
      updated_at: now,
    };
    const made = commentView(context, issue, row);
    return { status: 201, body: made, headers: { location: String(made.url) } };
  };

export const getComment =
  (context: GithubContext): Handler =>
  (call) => {
    const { issue, comment } = commentOf(context, call);
    return { status: 200, body: commentView(context, issue, comment) };
  };

export const updateComment =
  (context: GithubContext): Handler =>
  async (call) => {
    const text = await commentText(call);
    const { issue, comment } = commentOf(context, call);
    const now = context.clock();
    context.database.run(
      'UPDATE github_comments SET body = ?, updated_at = ? WHERE id = ?',
      text,
      now,
      comment.id,
    );
    return { status: 200, body: commentView(context, issue, { ...comment, body: text, updated_at: now }) };
  };

function commentOf(context: GithubContext, call: Call): { issue: IssueRow; comment: CommentRow } {
  const repository = repositoryOf(context, call);
  const { database } = context;
  const comment = database.get<CommentRow>(
    'SELECT * FROM github_comments WHERE CAST(id AS TEXT) = ?',
    call.params.comment ?? '',
  );
  const issue =
    comment &&
    database.get<IssueRow>(
      'SELECT * FROM github_issues WHERE id = ? AND repository = ?',
      comment.issue_id,
      repository,
    );
  if (!issue || !comment) throw notFound();
  return { issue, comment };
}

async function commentText(call: Call): Promise<string> {
  const text = textOf((await bodyOf(call)).body, 'IssueComment');
  if (text === null) throw invalid({ resource: 'IssueComment', code: 'missing_field', field: 'body' });
  return text;
}
