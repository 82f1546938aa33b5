// The evidence behind one item: measured effects as bars, and the verdict on each claim of its sentence.
import { bar, element } from "./dom.js";

const MARKS = { supported: "✓", contradicted: "✗", not_checkable: "?" };
const VERDICTS = { supported: "holds", contradicted: "does not hold", not_checkable: "cannot be checked" };
const KNOWN = new Set(["history", "attribute", "modality", "query"]);

export function why(item, found, about) {
  const { evidence, claims, refused = [], source, remarks = [] } = item.rationale;
  const { counterfactuals = [], companions = [], shapley = [] } = evidence;
  const records = evidence.items;
  const most = Math.max(0.001, ...records.map((record) => Math.abs(record.effect ?? 0)));
  const made = element("section", { class: "why", "aria-label": `Why ${item.title}` });
  made.append(
    ...part(`From what you ${about.chose}`, bars(records.filter((r) => r.kind === "history").map((record) => ({
      name: found.titles[record.history_item] ?? record.history_item,
      more: shared(records, record.history_item),
      effect: record.effect,
    })), most)),
    ...part(`What of this ${about.noun} counted`, bars(inputs(records, found), most)),
    ...part("Without it", lines(counterfactuals.map((one) => counterfactual(one, found)))),
    ...part("Who else", lines(companions.map((one) => companion(one, found, about)))),
    ...part("The history's share (Shapley values)", bars(shares(shapley, found), most)),
    ...part("Also measured", others(records, found, most)),
    ...part("The sentence, claim by claim", checked(claims, titled(found))),
    ...remarks.flatMap((one) => [element("h4", {}, one.text), checked(one.claims ?? [], titled(found))]),
  );
  if (refused.length) made.append(...turnedDown(refused));
  made.append(element("p", { class: "quiet small" },
    `A bar is what the score loses without that thing. ${source === "plain" ? "The sentence is a plain one." :
      "The language model wrote the sentence; only a checked one is shown."}`));
  return made;
}

function part(title, list) {
  return list.childElementCount ? [element("h4", {}, title), list] : [];
}

function lines(sentences) {
  return element("ul", { class: "bars" }, ...sentences.map((words) => element("li", { class: "line" }, words)));
}

function bars(rows, most) {
  const list = element("ul", { class: "bars" });
  for (const { name, more, effect, kind } of rows) {
    const value = `${effect < 0 ? "−" : "+"}${Math.abs(effect).toFixed(2)}`;
    list.append(element("li", { class: effect < 0 ? "against" : null },
      element("span", { class: "name" }, name, more ? element("span", { class: "quiet small" }, ` ${more}`) : null),
      bar(Math.abs(effect) / most, kind), element("span", { class: "value" }, value)));
  }
  return list;
}

function shared(records, id) {
  const both = records.filter((r) => r.kind === "attribute" && r.history_item === id && r.attribute);
  return both.length ? `shares ${both.map((record) => valueOf(record.attribute)).join(", ")}` : "";
}

// "genres=Comedy" → "Comedy"; a name that holds "=" stands in quotes
function valueOf(attribute) {
  return attribute.replace(/^(?:'(?:[^']|'')*'|[^=]*)=/, "");
}

function inputs(records, found) {
  return records
    .filter((record) => record.kind === "modality" || (record.kind === "query" && !record.attribute))
    .map((record) => ({
      name: record.kind === "query" ? "your words" : found.inputs[record.modality] ?? record.modality,
      effect: record.effect,
      kind: "input",
    }));
}

// Kinds of evidence that this page does not know: their own words where they have some, else their fields.
function others(records, found, most) {
  const rows = records.filter((record) => !KNOWN.has(record.kind));
  const measured = rows.filter((record) => typeof record.effect === "number" && record.effect);
  const list = bars(measured.map((record) => ({ name: told(record, found), effect: record.effect })), most);
  for (const record of rows.filter((row) => !measured.includes(row))) {
    list.append(element("li", { class: "line" }, told(record, found)));
  }
  return list;
}

function told(record, found) {
  const words = record.text ?? record.words ?? record.sentence;
  if (words) return words;
  const fields = Object.entries(record).filter(([name, value]) => !["kind", "effect"].includes(name) && value !== null);
  const said = fields.map(([, value]) => [value].flat().map((one) => found.titles[one] ?? one).join(", "));
  return [record.kind.replaceAll("_", " "), ...said].join(" · ");
}

// Where a claim was held against items by id, their titles.
function titled(found) {
  const titles = { ...found.titles, ...Object.fromEntries(found.items.map((item) => [item.id, item.title])) };
  return (words) => words.replace(/\bitem (.+)$/, (whole, ids) => {
    const known = ids.split(", ").map((id) => titles[id]);
    return known.every(Boolean) ? known.join(" and ") : whole;
  });
}

function checked(claims, named) {
  const list = element("ul", { class: "claims" });
  for (const claim of claims) {
    list.append(element("li", { class: claim.verdict },
      element("span", { class: "mark", "aria-hidden": "true" }, MARKS[claim.verdict] ?? "·"),
      element("span", {}, `“${claim.text}” `,
        element("span", { class: "quiet small" }, `${VERDICTS[claim.verdict] ?? claim.verdict}: ${named(claim.why || claim.against)}`))));
  }
  return list;
}

function turnedDown(refused) {
  const list = element("ul", { class: "claims" });
  for (const { text, problem } of refused) {
    list.append(element("li", { class: "contradicted" }, element("span", { class: "mark", "aria-hidden": "true" }, "✗"),
      element("span", {}, `${text} `, element("span", { class: "quiet small" }, problem))));
  }
  return [element("h4", {}, "Sentences that were not let through"), list];
}

// Evidence that is counted rather than lost by the score, in sentences.

// { history_item: id or null for the query, rank, rank_without }
function counterfactual({ history_item: id, rank, rank_without: without }, found) {
  const what = id === null ? "your words" : found.titles[id] ?? id;
  if (rank === without) return `Without ${what} it would be number ${rank} all the same.`;
  return `Without ${what} it would be number ${without}, not ${rank}.`;
}

// { history_item, both, group, takers, people }
function companion({ history_item: id, both, group, takers, people }, found, about) {
  const title = found.titles[id] ?? id;
  return (
    `Of about ${group} people who ${about.chose} ${title}, about ${both} ${about.chose} this too; ` +
    `of all ${people}, about ${takers} did.`
  );
}

// { history_item, effect, error }
function shares(shapley, found) {
  return shapley.map(({ history_item: id, effect, error }) => ({
    name: found.titles[id] ?? id,
    more: error ? `give or take ${error.toFixed(2)}` : "",
    effect,
  }));
}
