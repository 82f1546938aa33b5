// The page comes to life: the key, who is asked for, ideas to begin with, and the field one writes in.
import { json, keepKey, keepUser, key, user } from "./api.js";
import * as chat from "./chat.js";
import { $, button, element } from "./dom.js";
import * as memory from "./memory.js";
import { failure, sentence } from "./notices.js";
import * as photo from "./photo.js";

$("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  keepKey($("key").value.trim());
  open();
});
$("change-key").addEventListener("click", () => askForKey(""));
$("who").addEventListener("submit", (event) => {
  event.preventDefault();
  become($("user").value.trim());
  $("words").focus();
});
$("user").addEventListener("change", () => become($("user").value.trim()));
$("user").addEventListener("input", suggest);
$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  if (chat.busy()) chat.stop();
  else say();
});
$("words").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  say();
});
$("words").addEventListener("input", fit);
photo.listen();
memory.listen();
if (key()) open();
else askForKey("");

async function open() {
  let catalog;
  try {
    catalog = await json("GET", "v1/catalog");
  } catch (error) {
    if (error.status === 401) askForKey("The server does not know this key.");
    else if (error.code === "unreachable") unreachable(error);
    else askForKey(sentence(error));
    return;
  }
  $("sign-in").hidden = true;
  $("who").hidden = $("say").hidden = $("welcome").hidden = false;
  $("user").value = user();
  $("about").textContent = `${catalog.items.toLocaleString("en")} ${catalog.noun}s to choose from. Each answer comes with what moved it, measured.`;
  const ideas = starters(catalog).map((words) => element("li", {}, button(words, () => say(words), { class: "chip" })));
  $("starters").replaceChildren(...ideas);
  chat.begin(catalog, () => askForKey(""));
  memory.begin(catalog, chat.lastReply);
  suggest();
  $("words").focus();
}

function unreachable(error) {
  $("sign-in").hidden = false;
  $("key-wrong").replaceChildren(failure(error, open, () => {}));
}

function askForKey(problem) {
  $("who").hidden = $("say").hidden = $("welcome").hidden = true;
  $("sign-in").hidden = false;
  $("key-wrong").textContent = problem;
  $("key").setAttribute("aria-invalid", String(problem !== ""));
  $("key").value = "";
  $("key").focus();
}

function become(id) {
  if (id === user()) return;
  keepUser(id);
  chat.restart();
  $("welcome").hidden = false;
}

let typed = 0;
function suggest() {
  clearTimeout(typed);
  typed = setTimeout(async () => {
    const found = await json("GET", `v1/users?starts=${encodeURIComponent($("user").value.trim())}`).catch(() => null);
    $("users").replaceChildren(...(found?.users ?? []).map((value) => element("option", { value })));
  }, 200);
}

function say(words = $("words").value.trim()) {
  const shown = photo.taken();
  if (!words && !shown) return;
  $("welcome").hidden = true;
  $("words").value = "";
  fit();
  photo.show(null);
  chat.ask(words, shown, words || "Something like this").finally(() => { $("user").value = user(); });
}

function fit() {
  $("words").style.height = "auto";
  $("words").style.height = `${Math.min($("words").scrollHeight, 160)}px`;
}

// Ideas in the catalogue's own words: two values, one without another, a decade.
function starters({ values, noun }) {
  const decades = values.year ?? [];
  const [first, second, third] = Object.entries(values).find(([name]) => name !== "year" && name !== "price")?.[1] ?? [];
  const ideas = [];
  if (first) ideas.push(`something with ${first.toLowerCase()}${decades[0] ? ` from the ${decades[0]}` : ""}`);
  if (second && third) ideas.push(`${second.toLowerCase()}, not ${third.toLowerCase()}`);
  if (decades[1]) ideas.push(`a ${noun} from the ${decades[1]}`);
  ideas.push("surprise me");
  return ideas;
}
