// A list of items as cards: picture, score, sentence, why, and what one thinks of it.
import { art } from "./art.js";
import { call, somebody } from "./api.js";
import { announce, bar, button, drawn, element } from "./dom.js";
import { why } from "./why.js";

const THUMB = "M7 11v9H4v-9z M7 11l4-7a2 2 0 0 1 2 2v4h5.5a1.5 1.5 0 0 1 1.5 1.8l-1.2 6.5A2 2 0 0 1 16.8 20H7";

// Cards whose sentences come later: `say(place, text)` while they stream, `explain(found)` when they are whole.
export function cards(found, about, does) {
  const best = Math.max(0.001, ...found.items.map((item) => item.score));
  const made = found.items.map((item, at) => card(item, at + 1, best, does));
  return {
    element: element("ol", { class: "cards" }, ...made.map((one) => one.element)),
    say: (place, text) => made[place - 1]?.say(text),
    explain: (whole) => whole.items.forEach((item, at) => made[at]?.explain(item, whole, about)),
    settle: () => made.forEach((one) => one.settle()),
  };
}

function card(item, place, best, does) {
  const { year, ...rest } = item.attributes;
  const facts = Object.values(rest).flat().slice(0, 6).join(" · ");
  const sentence = element("p", { class: "sentence waiting", "aria-busy": "true" }, "Measuring why");
  const share = Math.max(0, item.score) / best;
  const body = element("div", { class: "body" },
    element("h3", {}, element("span", { class: "place", "aria-hidden": "true" }, String(place)), item.title,
      year ? element("span", { class: "year" }, ` ${year}`) : null),
    facts ? element("p", { class: "facts quiet" }, facts) : null,
    element("div", { class: "score", role: "img", "aria-label": `Score ${item.score.toFixed(2)}, ${Math.round(100 * share)} % of the best` },
      bar(share), element("span", { class: "value" }, item.score.toFixed(2))),
    sentence);
  const actions = element("div", { class: "actions" }, ...thumbs(item, does),
    button("More like this", () => does.similar(item, place), { class: "plain", "aria-label": `More like ${item.title}` }));
  body.append(actions);
  const made = element("li", { class: "card" }, art(item), body);
  return {
    element: made,
    say: (text) => {
      sentence.textContent = text;
      sentence.classList.remove("waiting");
    },
    explain: (explained, found, about) => {
      sentence.removeAttribute("aria-busy");
      if (!explained.rationale) return;
      sentence.textContent = explained.reason || explained.rationale.text;
      sentence.classList.remove("waiting");
      sentence.hidden = false;
      const panel = why(explained, found, about);
      actions.prepend(opener(item, panel));
      made.append(panel);
    },
    settle: () => {
      sentence.removeAttribute("aria-busy");
      sentence.hidden = sentence.classList.contains("waiting");
    },
  };
}

// The button that opens the panel and closes it.
export function opener(item, panel) {
  panel.hidden = true;
  panel.id = `why-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const made = button("Why?", () => {
    panel.hidden = !panel.hidden;
    made.setAttribute("aria-expanded", String(!panel.hidden));
  }, { class: "plain opener", "aria-expanded": "false", "aria-controls": panel.id, "aria-label": `Why ${item.title}?` });
  return made;
}

function thumbs(item, does) {
  const made = [["like", "I like"], ["dislike", "Not for me:"]].map(([kind, words]) => {
    const sign = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: kind }, drawn("path", { d: THUMB }));
    const one = button(sign, async () => {
      try {
        await call("POST", "v1/events", { events: [{ user: somebody(), item: item.id, kind }] });
        for (const other of made) other.setAttribute("aria-pressed", String(other === one));
        announce("Noted. The next list counts it.");
        does.noted();
      } catch (error) {
        does.failed(error);
      }
    }, { class: "thumb", "aria-pressed": "false", "aria-label": `${words} ${item.title}` });
    return one;
  });
  return made;
}
