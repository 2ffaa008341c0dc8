/** A crash in one file of the sample app; another file or type is another issue. */
export const crashIn = (
  file: string,
  details: {
    type?: string;
    value?: string;
    function?: string;
    line?: number;
    user?: number;
    [field: string]: unknown;
  } = {},
): Record<string, unknown> => {
  const { type = 'TypeError', value = `${file} is broken`, line = 5, user = 1, ...rest } = details;
  const { function: name = 'work', ...event } = rest;
  return {
    release: 'race-day@1.4.0',
    environment: 'production',
    user: { id: `team-${user}` },
    exception: {
      values: [
        {
          type,
          value,
          stacktrace: {
            frames: [{ filename: `app:///${file}`, function: name, lineno: line, in_app: true }],
          },
        },
      ],
    },
    ...event,
  };
};

/** Seconds since the epoch, so many days ago: an SDK's timestamp. */
export const daysAgo = (days: number): number => Date.now() / 1000 - days * 86_400;
