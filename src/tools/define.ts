import * as z from 'zod';
import type { Context } from '../context.ts';
import { inputError, PitcrewError } from '../core/errors.ts';
import type { JsonValue } from '../core/json.ts';
import type { TypedPrompt } from '../triage/typed-selection.ts';
import { unlessStopped } from './kill-switch.ts';
import { resumeOwnRuns } from './own-runs.ts';
import { type Held, meetRequirements, type Requirement } from './requirements.ts';

export type { TypedPrompt } from '../triage/typed-selection.ts';

/**
 * What a tool does to the world; the hints for clients follow from it. `destroy` is also what could do harm that
 * nothing here takes back, such as running a command line.
 */
export type Effect = 'read' | 'write' | 'destroy';

/** One call of a tool, as its face sees it: cancellation, progress, and the person where one can be asked. */
export interface Call {
  signal: AbortSignal;
  progress(message: string): void;
  /** Who reads the text: a model (compact Markdown) or a person at a terminal (aligned columns). */
  reader: 'model' | 'person';
  /** Our own words about a next step as this reader takes it: a command for a tool. Absent: tools by their names. */
  ownWords?: (text: string) => string;
  /** Absent where no person can be asked (a client without elicitation, a pipe instead of a terminal). */
  ask?: (question: Question) => Promise<PersonAnswer>;
  /** Why there is nobody to ask, as the middle of a sentence, where more is known than that. */
  nobody?: string;
  /** What the person typed to the client, oldest first; absent where nobody reports it. */
  typed?: readonly TypedPrompt[];
}

export interface Question {
  /** All of it, as many lines as it takes. */
  message: string;
  /** The same in at most four lines, for dialogs that show no more (Claude Code's). Default: `message` without empty lines. */
  brief?: string;
  field: { name: string; title: string; description: string };
}
export type PersonAnswer =
  | { action: 'accept'; text: string; how: 'elicitation' | 'terminal' }
  /** `nobody`: why this is no person's answer, as the middle of a sentence; absent where it may be one. */
  | { action: 'decline' | 'cancel'; nobody?: string };

/** The text is for the model and for people; the data is the same facts for programs. */
export interface Answer {
  text: string;
  /** Serialisable as JSON. */
  data: object;
}

export interface Tool {
  name: string;
  title: string;
  description: string;
  effect: Effect;
  /** Command lines, without the program's name, for `--help`. */
  examples: string[];
  /** The parameter that the command line takes without a flag. */
  positional?: string;
  inputSchema: JsonSchema;
  call(rawArguments: unknown, context: Context, call: Call): Promise<Answer>;
}

export interface JsonSchema {
  type: 'object';
  properties: Record<string, JsonSchemaProperty>;
  required?: string[];
  additionalProperties?: boolean;
  [key: string]: unknown;
}
export interface JsonSchemaProperty {
  type?: string;
  description?: string;
  enum?: string[];
  items?: { type?: string };
  default?: JsonValue;
  [key: string]: unknown;
}

interface Definition<Shape extends z.ZodRawShape> {
  name: string;
  title: string;
  description: string;
  effect: Effect;
  examples: string[];
  positional?: string;
  input: Shape;
  /** Calls that write nothing although others of this tool do; a stop lets them through. */
  onlyLooks?(input: z.output<z.ZodObject<Shape>>): boolean;
  /** Set where the tool has something to say although the ledger does not answer: what the session held is then left as it is. */
  worksWithoutLedger?: true;
  run(input: z.output<z.ZodObject<Shape>>, context: Context, call: Call): Promise<Answer>;
}

/** Makes a tool from its declaration; arguments are parsed strictly before `run` starts. */
export function defineTool<Shape extends z.ZodRawShape>(definition: Definition<Shape>): Tool {
  const {
    name,
    title,
    description,
    effect,
    examples,
    positional,
    input,
    onlyLooks,
    worksWithoutLedger,
    run,
  } = definition;
  const schema = z.strictObject(input);
  return {
    name,
    title,
    description,
    effect,
    examples,
    ...(positional === undefined ? {} : { positional }),
    inputSchema: jsonSchemaOf(schema),
    async call(rawArguments, context, call) {
      const parsed = parseArguments({ name, positional, reader: call.reader }, schema, rawArguments);
      context.used();
      const looks = effect === 'read' || (onlyLooks?.(parsed) && context.stopped() !== undefined);
      if (looks) return run(parsed, context, call);
      return unlessStopped(context, call, async (guarded) => {
        const resumed = await resumeOwnRuns(context).catch((error: unknown): string[] => {
          if (worksWithoutLedger && error instanceof PitcrewError && error.kind === 'upstream') return [];
          throw error;
        });
        const answer = await run(parsed, context, guarded);
        return resumed.length === 0 ? answer : { ...answer, text: [...resumed, answer.text].join('\n') };
      });
    },
  };
}

interface StepDefinition<Shape extends z.ZodRawShape> extends Omit<Definition<Shape>, 'run' | 'positional'> {
  /** Earlier steps that the ledger must know of, besides the selection and the claim. */
  requires: readonly Requirement[];
  /** Set where a command may do the step for the session that holds the issue. */
  ofAnySession?: 'from a command';
  run(
    input: z.output<z.ZodObject<Shape>> & { issue: string },
    context: Context,
    call: Call,
    held: Held,
  ): Promise<Answer>;
}

/**
 * Makes a tool that does one step of one incident. The steps before it are looked up in the ledger, never taken
 * from an argument: an author cannot forget it, and a model cannot talk its way past it.
 */
export function defineStep<Shape extends z.ZodRawShape>(definition: StepDefinition<Shape>): Tool {
  const { requires, ofAnySession, run, input, ...rest } = definition;
  return defineTool({
    ...rest,
    positional: 'issue',
    input: { issue: z.string().min(1).describe('Short id, for example WEB-3F.'), ...input },
    async run(parsed, context, call) {
      const step = parsed as z.output<z.ZodObject<Shape>> & { issue: string };
      const others = ofAnySession !== undefined && context.session.kind === 'command';
      return run(step, context, call, await meetRequirements(requires, step.issue, context, { others }));
    },
  });
}

interface Called {
  name: string;
  positional: string | undefined;
  reader: Call['reader'];
}

function parseArguments<Shape extends z.ZodRawShape>(
  called: Called,
  schema: z.ZodObject<Shape>,
  rawArguments: unknown,
): z.output<z.ZodObject<Shape>> {
  const parsed = schema.safeParse(rawArguments ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, 5)
    .map((issue) => problemOf(issue.path.map(String), issue.message, called))
    .join('; ');
  const command = called.name.replaceAll('_', '-');
  throw called.reader === 'person'
    ? inputError(
        `pitcrew ${command} cannot use these arguments: ${problems}.`,
        `See: pitcrew ${command} --help`,
      )
    : inputError(
        `${called.name} cannot use these arguments: ${problems}.`,
        `Expected arguments: ${Object.keys(schema.shape).join(', ') || 'none'}.`,
      );
}

function problemOf([name, ...rest]: string[], message: string, called: Called): string {
  if (name === undefined) return message;
  const at = [called.reader === 'person' ? asFlag(name, called) : name, ...rest].join('.');
  return message.endsWith('received undefined') ? `${at}: missing` : `${at}: ${message}`;
}

/** As `--help` names it. */
const asFlag = (name: string, { positional }: Called): string =>
  name === positional ? name.toUpperCase() : `--${name.replaceAll('_', '-')}`;

function jsonSchemaOf(schema: z.ZodObject): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return { ...json, type: 'object', properties: { ...json.properties } } as JsonSchema;
}
