// The picture of a card: the item's own, or one drawn from its title and its words where it has none.
import { button, drawn, element } from "./dom.js";
import { file } from "./api.js";

const SMALL = new Set(["the", "a", "an", "of", "and", "in", "to", "le", "la", "il", "der", "die", "das"]);

export function art(item) {
  const frame = element("div", { class: "art" }, placeholder(item));
  if (item.media.includes("image")) {
    file("image", item.id)
      .then((url) => frame.firstChild.replaceWith(element("img", { src: url, alt: `Picture of ${item.title}` })))
      .catch(() => {}); // the drawn one stays
  }
  for (const [kind, name, words] of [["video", "video", "clip"], ["audio", "audio", "sound"]]) {
    if (item.media.includes(kind)) frame.append(player(item, kind, name, words));
  }
  return frame;
}

function player(item, kind, name, words) {
  const start = button(`▶ ${words}`, async () => {
    start.disabled = true;
    try {
      const made = element(name, { src: await file(kind, item.id), controls: true, loop: true, playsinline: true });
      made.setAttribute("aria-label", `The ${words} of ${item.title}`);
      start.replaceWith(made);
      made.focus();
      made.play().catch(() => {}); // the controls are there
    } catch {
      start.textContent = `no ${words}`;
    }
  }, { class: "play", "aria-label": `Play the ${words} of ${item.title}` });
  return start;
}

function placeholder(item) {
  const words = Object.values(item.attributes).find((value) => typeof value !== "number");
  const [first = item.title, second = first] = [words ?? item.title].flat();
  const random = seeded(hash(item.title));
  const hue = hash(String(first)) % 360;
  const other = (hue + 40 + (hash(String(second)) % 100)) % 360;
  const made = drawn("svg", { viewBox: "0 0 96 128", "aria-hidden": "true", preserveAspectRatio: "xMidYMid slice" });
  made.append(drawn("rect", { width: 96, height: 128, fill: `hsl(${hue} 38% 30%)` }));
  for (let n = 0; n < 4; n += 1) made.append(shape(random, n % 2 ? other : hue, n));
  made.append(drawn("text", { x: 10, y: 114, fill: "#fff", "font-size": 30, "font-weight": 700 }, initials(item.title)));
  return made;
}

function shape(random, hue, n) {
  const fill = `hsl(${hue} ${40 + random() * 25}% ${38 + random() * 24}%)`;
  const [x, y, size] = [random() * 96, random() * 96, 18 + random() * 34];
  if (n === 3) return drawn("circle", { cx: x, cy: y / 2 + 10, r: size / 2.4, fill, opacity: 0.9 });
  const turn = `rotate(${random() * 180} ${x} ${y})`;
  return drawn("rect", { x: x - size, y: y - size / 2, width: size * 2, height: size, rx: size / 2, fill, opacity: 0.55,
    transform: turn });
}

function initials(title) {
  const words = title.match(/[\p{L}\p{N}]+/gu) ?? [title];
  const telling = words.filter((word) => !SMALL.has(word.toLowerCase()));
  return (telling.length ? telling : words).slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
}

function hash(text) {
  let value = 2166136261; // FNV-1a, 32 bits
  for (const unit of text) value = Math.imul(value ^ unit.codePointAt(0), 16777619);
  return value >>> 0;
}

function seeded(state) {
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
