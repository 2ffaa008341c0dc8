import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as Sentry from '@sentry/node';

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  release: process.env.SENTRY_RELEASE,
  environment: 'production',
  serverName: 'pitwall-1',
  sendClientReports: false,
  // Named one by one: the defaults patch http, console and child processes, which a queue worker does not need.
  defaultIntegrations: false,
  integrations: [
    Sentry.linkedErrorsIntegration(),
    Sentry.requestDataIntegration(),
    Sentry.onUncaughtExceptionIntegration(),
    Sentry.onUnhandledRejectionIntegration(),
    // Source lines are read from disk, so they come before the paths are cut to the repository's own.
    Sentry.contextLinesIntegration(),
    Sentry.rewriteFramesIntegration({ root: dirname(fileURLToPath(import.meta.url)) }),
  ],
  beforeSend: dateByJob,
});

// A job may have waited in the queue; its error belongs to the minute in which the job came in.
function dateByJob(event) {
  const receivedAt = event.contexts?.job?.receivedAt;
  if (typeof receivedAt === 'number') event.timestamp = receivedAt / 1000;
  return event;
}
