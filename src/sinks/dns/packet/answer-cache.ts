/** Answers that were given before, as long as nothing changes: most questions are asked again and again. */
import type { Answer } from "./answer.ts";
import type { Question } from "./question.ts";

/** Answers that are kept; beyond it old ones go. */
const mostAnswers = 10_000;

/** Octets of sections that are kept: the answers of ten thousand names, or a hundred of the largest. */
const mostOctets = 4 * 1024 * 1024;

export class AnswerCache {
  /** By type, and then by name. */
  readonly #answers = new Map<number, Map<string, Answer>>();
  #count = 0;
  #octets = 0;

  get({ name, type }: Pick<Question, "name" | "type">): Answer | undefined {
    return this.#answers.get(type)?.get(name);
  }

  /** Keeps an answer; returns it. */
  put({ name, type }: Pick<Question, "name" | "type">, answer: Answer): Answer {
    const ofType = this.#answers.get(type) ?? new Map<string, Answer>();
    this.#answers.set(type, ofType);
    ofType.set(name, answer);
    this.#count += 1;
    this.#octets += answer.sections.length;
    if (this.#count > mostAnswers || this.#octets > mostOctets) this.#makeRoom();
    return answer;
  }

  /** Forgets all, since the zones changed. */
  clear(): void {
    this.#answers.clear();
    this.#count = 0;
    this.#octets = 0;
  }

  #makeRoom(): void {
    for (const [type, ofType] of this.#answers) {
      for (const [name, oldest] of ofType) {
        if (this.#count <= mostAnswers && this.#octets <= mostOctets) return;
        ofType.delete(name);
        this.#count -= 1;
        this.#octets -= oldest.sections.length;
      }
      this.#answers.delete(type);
    }
  }
}
