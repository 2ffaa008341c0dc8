import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Crash, fact, finish, type Program, succeed } from './program.ts';

/** Runs the program with an agent that prints what was not caught, and puts it in the form of sentry-java. */
export async function crashJava(program: Program): Promise<Crash> {
  const agent = await agentIn(program.scratch);
  const classes = join(program.scratch, 'classes');
  await mkdir(classes);
  const sources = program.files.filter((path) => path.endsWith('.java'));
  await succeed('javac', ['-g', '-d', classes, ...sources], { cwd: program.folder });
  const main = fact(program, 'run');
  const { stderr } = await finish('java', [`-javaagent:${agent}`, '-cp', classes, main], {
    cwd: program.folder,
  });
  const values = throwablesOf(stderr);
  if (values.length === 0) throw new Error(`no crash in:\n${stderr}`);
  return { event: { platform: 'java', level: 'fatal', exception: { values: values.reverse() } } };
}

interface Throwable {
  type?: string;
  module?: string;
  value?: string;
  mechanism: object;
  stacktrace: { frames: object[] };
}

/** From the lines that the agent prints; frames come crash first and leave oldest first, as SDKs send them. */
function throwablesOf(output: string): Throwable[] {
  const values: Throwable[] = [];
  for (const line of output.split('\n')) {
    const [kind, ...parts] = line.split('\t');
    if (kind === '@throwable') {
      const [name = '', value = ''] = parts;
      const dot = name.lastIndexOf('.');
      const mechanism = { type: 'UncaughtExceptionHandler', handled: false };
      values.push({
        type: name.slice(dot + 1),
        module: name.slice(0, dot),
        value,
        mechanism,
        stacktrace: { frames: [] },
      });
    }
    if (kind === '@frame') values.at(-1)?.stacktrace.frames.unshift(frameOf(parts));
  }
  return values;
}

function frameOf([module = '', method, file, line]: readonly string[]): object {
  const number = Number(line);
  return {
    module,
    function: method,
    ...(file === 'null' ? {} : { filename: file }),
    ...(number > 0 ? { lineno: number } : {}),
    // sentry-java: what inAppIncludes names is, what the platform brings is not.
    in_app: module.startsWith('com.acme.'),
    ...(number === -2 ? { native: true } : {}),
  };
}

async function agentIn(scratch: string): Promise<string> {
  await writeFile(join(scratch, 'Agent.java'), AGENT);
  await writeFile(join(scratch, 'manifest.txt'), 'Premain-Class: Agent\n');
  await succeed('javac', ['Agent.java'], { cwd: scratch });
  const classes = ['Agent.class', 'Agent$Print.class'];
  await succeed('jar', ['cfm', 'agent.jar', 'manifest.txt', ...classes], { cwd: scratch });
  return join(scratch, 'agent.jar');
}

const AGENT = `
public class Agent {
  public static void premain(String arguments) {
    Thread.setDefaultUncaughtExceptionHandler(new Print());
  }

  static class Print implements Thread.UncaughtExceptionHandler {
    public void uncaughtException(Thread thread, Throwable error) {
      for (Throwable each = error; each != null; each = each.getCause()) {
        System.err.println("@throwable\\t" + each.getClass().getName() + "\\t" + each.getMessage());
        for (StackTraceElement at : each.getStackTrace()) {
          System.err.println(
              "@frame\\t" + at.getClassName() + "\\t" + at.getMethodName() + "\\t" + at.getFileName() + "\\t" + at.getLineNumber());
        }
      }
    }
  }
}
`;
