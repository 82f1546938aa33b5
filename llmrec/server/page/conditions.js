// What the chat understood that every item must meet, as chips that can be taken off again.
import { button, element } from "./dom.js";

const NAME = /[\p{L}\p{N}\p{M}_-]+|"(?:[^"]|"")*"|'(?:[^']|'')*'/gu;
const CONDITION = new RegExp(`^((?:${NAME.source})(?:\\|(?:${NAME.source}))*)(>=|<=|!=|=|>|<)(.*)$`, "su");
const SIGNS = { ">=": "≥", "<=": "≤", ">": ">", "<": "<" };

export function chips(conditions, drop) {
  if (!conditions.length) return null;
  const made = element("ul", { class: "chips understood", "aria-label": "Understood: every item meets these" });
  for (const { words, parts } of spoken(conditions)) {
    const off = button("✕", () => drop(words, parts), { "aria-label": `Remove the condition ${words}` });
    made.append(element("li", { class: "chip" }, words, off));
  }
  return made;
}

// What is asked back, with its answers as chips that are sent as they stand.
export function answers(question, say) {
  if (!question) return null;
  const made = question.options.map((words) => element("li", {}, button(words, () => say(words), { class: "chip" })));
  made.push(element("li", {}, button("Any", () => say("any"), { class: "chip" })));
  const list = element("ul", { class: "chips", "aria-label": "Answers" });
  list.append(...made);
  return element("div", { class: "question" }, element("p", {}, question.text), list);
}

// "year>=1990", "year<2000" → one chip, "1990s"; "genres!=Horror" → "not Horror"
export function spoken(conditions) {
  const made = [];
  const left = [...conditions];
  while (left.length) {
    const part = left.shift();
    const [, names, sign, value] = CONDITION.exec(part) ?? [null, part, "", ""];
    const name = sign ? names.match(NAME).map(bare).join(" or ") : names;
    const end = sign === ">=" && value % 10 === 0 ? left.indexOf(`${name}<${Number(value) + 10}`) : -1;
    if (name === "year" && end >= 0) {
      made.push({ words: `${value}s`, parts: [part, ...left.splice(end, 1)] });
    } else {
      made.push({ words: said(name, sign, value), parts: [part] });
    }
  }
  return made;
}

function bare(name) {
  const quote = /^["']/.test(name) ? name[0] : "";
  return quote ? name.slice(1, -1).replaceAll(quote + quote, quote) : name;
}

function said(name, sign, value) {
  const decade = /^(\d{3})0\.\.\1[9]$/.exec(value);
  const values = decade ? `${decade[1]}0s` : value.replaceAll("|", " or ").replace("..", " to ");
  if (!sign) return name;
  if (sign === "!=") return `not ${values}`;
  if (sign === "=") return name === "year" || /[a-z]/i.test(values) ? values : `${name} ${values}`;
  return `${name} ${SIGNS[sign]} ${values}`;
}
