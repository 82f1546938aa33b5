// What is known of who asks, in a dialog: rules, likes, dislikes, history; each is changed or deleted where it stands.
import { json, somebody, user } from "./api.js";
import { spoken } from "./conditions.js";
import { $, button, element } from "./dom.js";
import { sentence } from "./notices.js";

const SHOWN = 10; // items of a list before "Show all"
const SOURCES = { event: "", catalogue: "from before", conversation: "said in this conversation" };
let about = { noun: "item", chose: "picked" };
let reply = () => null; // id of the last answer
let latest = null; // what was known when it was asked last
let whole = new Set(); // headings of the lists that are shown whole

export function listen() {
  $("memory-open").addEventListener("click", open);
  $("memory-close").addEventListener("click", () => $("memory").close());
}

export function begin(catalog, last) {
  about = catalog;
  reply = last;
}

async function open() {
  whole = new Set();
  $("memory-body").replaceChildren(element("p", { class: "quiet" }, "Looking it up…"));
  tell("");
  $("memory").showModal();
  await take("GET", null, "");
}

function whose() {
  const found = {};
  if (user()) found.user = user();
  if (reply()) found.reply = reply();
  return found;
}

// Asks, shows what is known then, says what was done, and leaves the focus where one was.
async function take(method, change, done, focus = null) {
  const who = whose();
  if (!Object.keys(who).length) {
    if (method === "GET") return show({ rules: [], refused: [], likes: [], dislikes: [], history: [], history_total: 0 });
    $("user").value = who.user = somebody(); // who says something of themselves becomes a user
  }
  const query = new URLSearchParams(method === "PATCH" ? {} : { ...who, ...change });
  try {
    show(await json(method, `v1/memory?${query}`, method === "PATCH" ? { ...who, ...change } : null));
    tell(done);
    if (focus) focusOn(focus);
    return true;
  } catch (error) {
    tell(sentence(error));
    return false;
  }
}

// A row, or a heading where the list is empty now, or else the title.
function focusOn(place) {
  ($("memory-body").querySelector(`[data-place="${place}"] button`) ?? $(place) ?? $("memory-title")).focus();
}

function tell(words) {
  $("memory-status").textContent = words;
}

function show(known) {
  latest = known;
  const nothing = ["rules", "refused", "likes", "dislikes", "history"].every((name) => !known[name].length);
  $("memory-body").replaceChildren(
    nothing ? element("p", { class: "quiet" }, "Nothing yet. What you say you like, dislike or never want is kept here.") : "",
    rules(known.rules, known.refused),
    list("Likes", known.likes, [["Not for me", "dislikes"]]),
    list("Dislikes: never shown again", known.dislikes, [["I like it", "likes"]]),
    list(`What you ${about.chose}`, known.history, [], known.history_total));
}

function section(title, id, ...children) {
  return element("section", { "aria-labelledby": id }, element("h3", { id, tabindex: "-1" }, title), ...children);
}

// `refused`: words that the conversation rules out; they are removed as rules are, and cannot be changed.
function rules(held, refused) {
  const all = [...held, ...refused];
  const rows = all.map((rule, at) => ruleOf(rule, at, all.length, at < held.length));
  const made = element("ul", { class: "memories", "aria-label": "Rules" }, ...rows);
  return section("Rules: every list meets them", "memory-rules", all.length ? made : null, written("", "Add a rule", "no horror, under 50, …",
    (words) => take("PATCH", { rules: [words] }, "Noted. The next list meets it.", "memory-rules")));
}

function ruleOf(rule, at, count, isFilter) {
  const words = isFilter ? spoken([rule]).map((one) => one.words).join(", ") : `nothing that names ${rule}`;
  const row = element("li", { "data-place": `rule-${at}` }, element("span", { class: "what" }, words,
    isFilter ? null : element("span", { class: "quiet small" }, ` ${SOURCES.conversation}`)));
  if (isFilter) {
    row.append(button("Change", () => {
      const field = written(rule, "Save", "", async (changed) => {
        if (changed === rule) return show_again(field, row);
        return take("PATCH", { rules: [changed], without_rules: [rule] }, "Changed.", "memory-rules");
      }, `Change the rule ${words}`);
      row.hidden = true;
      row.after(field);
      field.querySelector("input").focus();
    }, { class: "plain", "aria-label": `Change the rule ${words}` }));
  }
  const next = count > 1 ? `rule-${Math.min(at, count - 2)}` : "memory-rules";
  row.append(button("Remove", () => take("DELETE", { rule }, `Removed: ${words}.`, next),
    { class: "plain", "aria-label": `Remove the rule ${words}` }));
  return row;
}

function show_again(field, row) {
  field.remove();
  row.hidden = false;
  row.querySelector("button").focus();
}

// A field with its button; `label` is what screen readers hear of the field.
function written(value, act, placeholder, does, label = act) {
  const input = element("input", { value, placeholder, maxlength: "500", "aria-label": label, autocomplete: "off" });
  const made = element("form", { class: "rule-form" }, input, element("button", {}, act));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = input.value.trim();
    if (words && (await does(words)) === false) input.setAttribute("aria-invalid", "true");
  });
  return made;
}

function list(title, entries, moves, total = entries.length) {
  const id = `memory-${title.split(/\W/)[0].toLowerCase()}`;
  if (!entries.length) return "";
  const shown = whole.has(id) ? entries : entries.slice(0, SHOWN);
  const rows = shown.map((entry, at) => {
    const next = entries.length > 1 ? `${id}-${Math.min(at, entries.length - 2)}` : id;
    const row = element("li", { "data-place": `${id}-${at}` }, element("span", { class: "what" }, entry.title,
      SOURCES[entry.source] ? element("span", { class: "quiet small" }, ` ${SOURCES[entry.source]}`) : null));
    for (const [words, field] of user() ? moves : []) {
      row.append(button(words, () => take("PATCH", { [field]: [entry.item] }, "Noted.", next),
        { class: "plain", "aria-label": `${words}: ${entry.title}` }));
    }
    row.append(button("Remove", () => take("DELETE", { item: entry.item }, `Removed: ${entry.title}.`, next),
      { class: "plain", "aria-label": `Remove ${entry.title}` }));
    return row;
  });
  const made = section(total > 1 ? `${title} (${total})` : title, id, element("ul", { class: "memories" }, ...rows));
  if (shown.length < entries.length) {
    made.append(button(total > entries.length ? `Show the latest ${entries.length}` : `Show all ${entries.length}`, () => {
      whole.add(id);
      show(latest);
      focusOn(`${id}-${SHOWN}`);
    }, { class: "plain" }));
  } else if (total > entries.length) {
    made.append(element("p", { class: "quiet small" }, `The latest ${entries.length} of ${total}.`));
  }
  return made;
}
