// The conversation: what was said, and the one answer that is on its way.
import { call, chunks, user } from "./api.js";
import { $, announce, element } from "./dom.js";
import { Reply } from "./reply.js";

const KEPT = 40; // messages that are sent along; what was said before is not needed any more
let messages = [];
let about = { noun: "item", chose: "picked" };
let last = null;
let running = null;
let enter = () => {};

export function begin(catalog, toKey) {
  about = catalog;
  enter = toKey;
  restart();
}

export function restart() {
  running?.abort();
  messages = [];
  last = null;
  $("log").replaceChildren();
}

// Under this id the server keeps what the conversation has come to.
export const lastReply = () => last?.id ?? messages.findLast((message) => message.role === "assistant")?.id ?? null;
export const busy = () => running !== null;
export const stop = () => running?.abort();

export async function ask(words, photo = null, shown = words) {
  if (messages.at(-1)?.role === "user") messages.pop(); // it was never answered
  const content = [{ type: "text", text: words }];
  if (photo) content.push({ type: "image_url", image_url: { url: photo } });
  messages.push({ role: "user", content });
  const mine = element("p", { class: "mine" }, shown);
  if (photo) mine.prepend(element("img", { src: photo, alt: "Your photo" }));
  await answer(mine);
}

// The last question once more, for what is known now.
async function again() {
  if (messages.at(-1)?.role === "assistant") messages.pop();
  await answer(element("p", { class: "mine soft" }, "The next list, please"));
}

async function answer(mine) {
  running?.abort();
  last?.close();
  const own = new AbortController();
  running = own;
  const reply = new Reply(about, {
    again,
    enter,
    similar: (item, place) => ask(place ? `more like ${place}` : `more like ${item.title}`, null, `More like ${item.title}`),
    say: (words) => ask(words),
    drop: (words, parts) => ask(`drop the condition ${parts.join(" and ")}`, null, `Without “${words}”`),
  });
  last = reply;
  const turn = element("section", { class: "turn" }, mine, reply.element);
  $("log").append(turn);
  turn.scrollIntoView({ block: "start", behavior: still() ? "auto" : "smooth" });
  announce("Looking for what fits.");
  state(true);
  try {
    const body = { model: "llmrec", messages: messages.slice(-KEPT), stream: true };
    if (user()) body.user = user();
    for await (const chunk of chunks(await call("POST", "v1/chat/completions", body, own.signal))) reply.take(chunk);
    messages.push(reply.message());
    reply.end();
  } catch (error) {
    if (error.name === "AbortError") {
      reply.end();
      if (reply.text) messages.push(reply.message());
    } else {
      reply.fail(error, () => retry(turn, mine), enter);
    }
  } finally {
    if (running === own) {
      running = null;
      state(false);
    }
  }
}

function retry(turn, mine) {
  turn.remove();
  $("words").focus();
  return answer(mine);
}

function state(waits) {
  $("send").textContent = waits ? "Stop" : "Send";
  $("send").classList.toggle("stop", waits);
}

function still() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
