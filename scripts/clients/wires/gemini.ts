import type { JsonValue } from '../../../src/core/json.ts';
import { eventStream, listOf, type Move, textOf, type Wire } from '../conversation.ts';

/** Google's `generateContent`, in one piece or as a stream: https://ai.google.dev/api/generate-content */
export const generateContent: Wire = {
  isModel: (method, path) => method === 'POST' && /:(streamG|g)enerateContent$/.test(path),
  read(body) {
    const { contents, tools } = Object(body);
    const parts = listOf(contents).flatMap((content) =>
      listOf(content.parts).map((part) => ({ content, part })),
    );
    return {
      tools: listOf(tools)
        .flatMap(({ functionDeclarations }) => listOf(functionDeclarations))
        .map((tool) => ({ name: String(tool.name), json: JSON.stringify(tool) })),
      results: parts.flatMap(({ part }) =>
        part.functionResponse === undefined ? [] : [responseOf(Object(part.functionResponse).response)],
      ),
      typed: textOf(parts.filter(({ content }) => content.role === 'user').map(({ part }) => part)),
    };
  },
  write(move, id, path) {
    const data = {
      candidates: [{ index: 0, content: { role: 'model', parts: [partOf(move)] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 10, totalTokenCount: 20 },
      modelVersion: 'scripted',
      responseId: `response-${id}`,
    };
    return path.endsWith(':generateContent')
      ? { contentType: 'application/json', body: JSON.stringify(data) }
      : { contentType: 'text/event-stream', body: eventStream([{ data }]) };
  },
};

/** `{ output }` or `{ error }`, the field's own convention; what is shown is the text in it. */
function responseOf(response: unknown): string {
  const { output, error } = Object(response);
  const [first] = [output, error].filter((one) => typeof one === 'string');
  return first ?? JSON.stringify(response);
}

const partOf = (move: Move): { [key: string]: JsonValue } =>
  'say' in move ? { text: move.say } : { functionCall: { name: move.tool.name, args: move.args } };
