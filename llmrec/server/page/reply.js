// One answer on its way to the page: words first, cards as soon as the items are known, reasons when they are measured.
import { json } from "./api.js";
import { cards } from "./cards.js";
import { answers, chips } from "./conditions.js";
import { announce, button, element } from "./dom.js";
import { degraded, failure, remarks, unexplained } from "./notices.js";
import { why } from "./why.js";

export class Reply {
  constructor(about, does) {
    this.about = about;
    this.does = does;
    this.id = null;
    this.text = "";
    this.found = null;
    this.list = null;
    this.words = element("p", { class: "words thinking" }, "Looking for what fits");
    this.element = element("article", { class: "reply", "aria-label": "Answer", "aria-busy": "true" }, this.words);
  }

  // As it is sent along with the next message: the conversation goes on from what the server keeps under the id.
  message() {
    return { role: "assistant", id: this.id, content: this.text };
  }

  take(chunk) {
    this.id = chunk.id ?? null;
    this.text += chunk.choices[0].delta.content ?? "";
    if (chunk.recommendations) this.#show(chunk.recommendations);
    else if (this.list) this.#sentences();
    else if (this.text) this.#write(this.text);
  }

  end() {
    this.element.removeAttribute("aria-busy");
    this.list?.settle();
    if (this.list) {
      if (this.found.items.every((item) => item.rationale)) announce("The reasons are measured.");
      else this.element.append(unexplained(() => this.#explain()));
      return;
    }
    this.#write(this.text);
    announce(this.text);
    const asked = this.found?.items.find((item) => item.reason && this.text.endsWith(item.reason));
    if (asked) this.element.append(why(asked, this.found, this.about));
  }

  fail(error, retry, enter) {
    this.element.removeAttribute("aria-busy");
    this.list?.settle();
    if (!this.list) this.words.remove();
    this.element.append(failure(error, retry, enter));
  }

  // The reasons that did not come with the answer.
  async #explain() {
    announce("Measuring the reasons.");
    try {
      const whole = await json("GET", `v1/explanations/${this.found.id}`);
      const records = whole.items.flatMap((item) => item.rationale?.evidence.items ?? []);
      const ids = [...new Set(records.map((record) => record.history_item).filter((id) => id && !this.found.titles[id]))];
      const known = await Promise.all(ids.map((id) => json("GET", `v1/items/${encodeURIComponent(id)}`).catch(() => null)));
      for (const item of known.filter(Boolean)) this.found.titles[item.id] = item.title;
      this.found.items = this.found.items.map((item, at) => ({ ...item, rationale: whole.items[at].rationale }));
      this.list.explain(this.found);
      announce("The reasons are measured.");
    } catch (error) {
      this.element.append(failure(error, (made) => this.#again(made), this.does.enter));
    }
  }

  #again(failed) {
    failed.remove();
    return this.#explain();
  }

  // A later answer follows: what would change this one is taken away.
  close() {
    for (const made of this.element.querySelectorAll(".understood button, .question .chips, .next")) made.remove();
    this.closed = true;
  }

  #show(found) {
    this.found = found;
    if (this.list) {
      this.list.explain(found);
      return;
    }
    if (!/^1\. /m.test(this.text)) return; // words about an earlier list
    const many = `${found.items.length} ${this.about.noun}${found.items.length === 1 ? "" : "s"}`;
    this.list = cards(found, this.about, {
      similar: (item, place) => this.does.similar(item, this.closed ? null : place),
      noted: () => this.#offerNext(),
      failed: (error) => this.element.append(failure(error, (made) => made.remove(), this.does.enter, "Close")),
    });
    const before = this.text.split(/^1\. /m)[0].trim();
    const parts = [before && element("p", {}, before), chips(found.conditions, this.does.drop), degraded(found.degraded), this.list.element, answers(found.question, this.does.say), remarks(found.notes)];
    this.words.replaceWith(element("h2", { class: "unseen" }, `${many} for you`), ...parts.filter(Boolean));
    announce(`${many}, best first: ${found.items.map((item) => item.title).join(", ")}. The reasons are being measured.`);
    if (found.items.every((item) => item.rationale)) this.list.explain(found);
  }

  #sentences() {
    for (const [, place, words] of this.text.matchAll(/^\((\d+)\) (.*)$/gm)) this.list.say(Number(place), words);
  }

  #write(words) {
    this.words.textContent = words;
    this.words.classList.remove("thinking");
  }

  #offerNext() {
    if (this.closed || this.element.querySelector(".next")) return;
    this.element.append(element("p", { class: "next" }, "Noted. ",
      button("Show the next list", () => this.does.again(), { class: "main" })));
  }
}
