// What goes wrong, in words that say what to do; and what was replaced while something was out of reach.
import { button, element } from "./dom.js";

const REPLACED = {
  llm: "The language model is out of reach just now: ranked without it",
  index: "The search index is out of reach just now: every item was compared instead",
  "index:": "A part of the search index is out of reach just now: items may be missing",
  explain: "The writing model is out of reach just now: the reasons are told plainly",
};

export function degraded(names = []) {
  if (!names.length) return null;
  const kinds = [...new Set(names.map((name) => name.replace(/\d+$/, "")))]; // of a shard with its number
  const told = kinds.map((name) => REPLACED[name] ?? `Out of reach just now and replaced: ${name}`);
  return element("p", { class: "notice" }, `${told.join(". ")}.`);
}

export function remarks(notes = []) {
  return notes.length ? element("p", { class: "quiet small" }, notes.join(" ")) : null;
}

// The list stands, its reasons are missing.
export function unexplained(measure) {
  const made = element("p", { class: "notice" }, "The reasons could not be measured in time. ");
  made.append(button("Measure them now", () => {
    made.remove();
    measure();
  }, { class: "plain" }));
  return made;
}

// `retry` is given the notice, and asks again; `enter` goes to the field for the key.
export function failure(error, retry, enter, words = "Try again") {
  const made = element("div", { class: "notice wrong", role: "alert" });
  const again = () => retry(made);
  if (error.status === 401) {
    made.append(element("p", {}, "The key is not known to the server."), button("Enter a key", enter));
  } else if (error.wait) {
    const told = error.status === 429 ? "Too much is asked at once." : sentence(error);
    made.append(element("p", {}, told), waiting(error.wait, again, words));
  } else {
    const more = error.code === "unreachable" ? " Check that it runs, then try again." : "";
    made.append(element("p", {}, `${sentence(error)}${more}`), button(words, again));
  }
  return made;
}

function waiting(seconds, retry, words) {
  const again = button("", retry, { disabled: true });
  const tick = () => {
    again.textContent = seconds > 0 ? `${words} in ${seconds} s` : words;
    again.disabled = seconds > 0;
    seconds -= 1;
    if (again.disabled) setTimeout(tick, 1000);
  };
  tick();
  return again;
}

export function sentence(error) {
  const words = String(error.message);
  return `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}
