// The chat page: a client of the gateway's own API. Everything that comes from it is set as text, never as HTML.
const $ = (id) => document.getElementById(id);
const log = $("log");
const messages = [];
let photo = null;

$("key").value = sessionStorage.getItem("key") ?? "";
$("user").value = sessionStorage.getItem("user") ?? "";
$("who").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem("key", $("key").value.trim());
  sessionStorage.setItem("user", $("user").value.trim());
  messages.length = 0;
  log.replaceChildren(element("p", $("user").value.trim() ? `Hello, ${$("user").value.trim()}.` : "Hello.", "theirs"));
  $("words").focus();
});
$("photo").addEventListener("change", () => {
  const [file] = $("photo").files;
  if (!file) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => show(reader.result));
  reader.readAsDataURL(file);
});
$("unshow").addEventListener("click", () => show(null));
$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = $("words").value.trim();
  if (!words && !photo) return;
  const content = [{ type: "text", text: words }];
  if (photo) content.push({ type: "image_url", image_url: { url: photo } });
  messages.push({ role: "user", content });
  const mine = add(element("p", words, "mine"));
  if (photo) mine.append(picture(photo, "Your photo"));
  $("words").value = "";
  show(null);
  await answer();
});

function show(url) {
  photo = url;
  $("shown").hidden = !url;
  if (url) $("shown").querySelector("img").src = url;
  else $("photo").value = "";
}

async function answer() {
  const reply = add(element("p", "…", "theirs"));
  reply.setAttribute("aria-busy", "true");
  try {
    const body = { model: "llmrec", messages, stream: true };
    if ($("user").value.trim()) body.user = $("user").value.trim();
    const response = await call("POST", "v1/chat/completions", body);
    let text = "";
    let found = null;
    for await (const chunk of events(response)) {
      text += chunk.choices[0].delta.content ?? "";
      found = chunk.recommendations ?? found;
      reply.textContent = text;
      reply.scrollIntoView({ block: "end" });
    }
    messages.push({ role: "assistant", content: text });
    if (found?.items.length && /^1\. /m.test(text)) reply.replaceWith(...cards(found));
  } catch (error) {
    messages.pop();
    reply.textContent = error.message;
    reply.classList.add("wrong");
  } finally {
    reply.removeAttribute("aria-busy");
    log.lastElementChild.scrollIntoView({ block: "end" });
  }
}

async function call(method, path, body) {
  const headers = { Authorization: `Bearer ${$("key").value.trim()}` };
  if (body) headers["Content-Type"] = "application/json";
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) {
    const told = await response.json().catch(() => null);
    throw new Error(told?.error?.message ?? `the server answered ${response.status}`);
  }
  return response;
}

async function* events(response) {
  let rest = "";
  for await (const piece of lines(response.body.pipeThrough(new TextDecoderStream()))) {
    rest += piece;
    const whole = rest.split("\n\n");
    rest = whole.pop();
    for (const event of whole) {
      const data = event.replace(/^data: /, "");
      if (data !== "[DONE]") yield JSON.parse(data);
    }
  }
}

async function* lines(stream) {
  const reader = stream.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
}

function cards(found) {
  const parts = [];
  if (found.conditions.length) {
    const chips = element("ul", "", "chips");
    chips.setAttribute("aria-label", "Conditions that every item meets");
    chips.append(...found.conditions.map((condition) => element("li", condition)));
    parts.push(chips);
  }
  const list = element("ol", "", "cards");
  const best = Math.max(...found.items.map((item) => item.score));
  list.append(...found.items.map((item, place) => card(item, place + 1, best, found.inputs)));
  return [...parts, list];
}

function card(item, place, best, inputs) {
  const made = element("li", "", "card");
  const year = item.attributes.year ? ` (${item.attributes.year})` : "";
  made.append(element("h2", `${place}. ${item.title}${year}`));
  const facts = Object.entries(item.attributes).filter(([name]) => name !== "year");
  made.append(element("p", facts.map(([, value]) => [value].flat().join(", ")).join(" · "), "quiet"));
  made.append(meter("Score beside the best", Math.max(item.score, 0), Math.max(best, 0.001)));
  if (item.rationale) made.append(element("p", item.rationale.text), why(item, inputs));
  if ($("user").value.trim()) made.append(feedback(item));
  if (item.media.includes("image")) {
    call("GET", `v1/media/image/${encodeURIComponent(item.id)}`)
      .then((response) => response.blob())
      .then((blob) => made.prepend(picture(URL.createObjectURL(blob), item.title)))
      .catch(() => {}); // a card goes without
  }
  return made;
}

function why(item, inputs) {
  const panel = document.createElement("details");
  panel.append(element("summary", "Why?"));
  const records = item.rationale.evidence.items.filter((record) => record.kind !== "attribute" && record.effect > 0);
  const most = Math.max(0.001, ...records.map((record) => record.effect));
  const list = document.createElement("dl");
  for (const record of records) {
    const said = record.kind === "query" ? "your words" : inputs[record.modality] ?? record.modality;
    const name = record.kind === "history" ? `item ${record.history_item}` : said;
    const term = element("dt", name);
    if (record.kind === "history") {
      call("GET", `v1/items/${encodeURIComponent(record.history_item)}`)
        .then((response) => response.json())
        .then((known) => { term.textContent = known.title; })
        .catch(() => {});
    }
    const value = document.createElement("dd");
    value.append(meter(`Effect of ${name}`, record.effect, most), element("span", `+${record.effect.toFixed(2)}`, "quiet"));
    list.append(term, value);
  }
  panel.append(list);
  const claims = element("ul", "", "chips");
  claims.setAttribute("aria-label", "What the sentence claims, checked");
  for (const claim of item.rationale.claims) {
    claims.append(element("li", `${claim.verdict === "supported" ? "✓" : "✗"} ${claim.text}`));
  }
  panel.append(claims);
  return panel;
}

function feedback(item) {
  const row = element("p", "", "feedback");
  for (const [kind, words] of [["like", "Like"], ["dislike", "Not for me"]]) {
    const button = element("button", words);
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-label", `${words}: ${item.title}`);
    button.addEventListener("click", async () => {
      try {
        await call("POST", "v1/events", { events: [{ user: $("user").value.trim(), item: item.id, kind }] });
        for (const other of row.children) other.setAttribute("aria-pressed", String(other === button));
      } catch (error) {
        add(element("p", error.message, "theirs wrong"));
      }
    });
    row.append(button);
  }
  return row;
}

function meter(label, value, most) {
  const made = document.createElement("meter");
  made.max = most;
  made.value = value;
  made.setAttribute("aria-label", label);
  return made;
}

function picture(url, words) {
  const made = document.createElement("img");
  made.src = url;
  made.alt = words;
  return made;
}

function element(name, text, kind) {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function add(made) {
  log.append(made);
  made.scrollIntoView({ block: "end" });
  return made;
}
