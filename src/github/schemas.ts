import * as z from 'zod';

/** A list whose items are read one by one: one that has drifted costs itself, not the list. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.array(z.unknown()).transform((values) => ({
    items: values.flatMap((value) => {
      const parsed = item.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    }),
    /** How many there were, drifted ones included: fewer than asked for means that it was the last page. */
    received: values.length,
  }));

/** GitHub sends a number; servers that imitate it also send its text. */
export const issueNumber = z.coerce.number().pipe(z.int().positive());

export const login = z
  .object({ login: z.string() })
  .transform((user) => user.login)
  .optional()
  .catch(undefined);

/** Only http(s) addresses are shown to people. */
export const webUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))
  .transform((text) => new URL(text).href.slice(0, 500));
