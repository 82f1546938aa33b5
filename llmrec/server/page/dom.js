// Elements, made by name. Text is set as text, never as HTML: titles and reviews are other people's words.
const SVG = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

// element("li", { class: "chip", "aria-label": "…" }, "words", other) - attributes that are null or false are left out
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function drawn(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function button(words, act, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", act);
  return made;
}

// A horizontal bar; what it shows stands beside it in words, so it is hidden from screen readers.
export function bar(share, kind = "") {
  const inner = element("span", { class: "fill" });
  inner.style.width = `${Math.round(100 * Math.min(1, Math.max(0, share)))}%`;
  return element("span", { class: `meter ${kind}`, "aria-hidden": "true" }, inner);
}

// What screen readers hear of what happens.
export function announce(words) {
  $("status").textContent = words;
}
