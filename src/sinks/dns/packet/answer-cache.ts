/** Answers that were given before, as long as nothing changes: most questions are asked again and again. */
import type { Answer } from "./answer.ts";
import type { Question } from "./question.ts";

/** Answers that are kept; beyond it the oldest go. */
const mostAnswers = 10_000;

/** Octets of sections that are kept: the answers of ten thousand names, or a hundred of the largest. */
const mostOctets = 4 * 1024 * 1024;

export class AnswerCache {
  readonly #answers = new Map<string, Answer>();
  #octets = 0;

  get({ name, type }: Pick<Question, "name" | "type">): Answer | undefined {
    return this.#answers.get(keyOf(name, type));
  }

  /** Keeps an answer; returns it. */
  put({ name, type }: Pick<Question, "name" | "type">, answer: Answer): Answer {
    this.#answers.set(keyOf(name, type), answer);
    this.#octets += answer.sections.length;
    for (const [key, oldest] of this.#answers) {
      if (this.#answers.size <= mostAnswers && this.#octets <= mostOctets) break;
      this.#answers.delete(key);
      this.#octets -= oldest.sections.length;
    }
    return answer;
  }

  /** Forgets all, since the zones changed. */
  clear(): void {
    this.#answers.clear();
    this.#octets = 0;
  }
}

function keyOf(name: string, type: number): string {
  return `${type} ${name}`;
}
