// Evidence that is counted rather than lost by the score, in sentences.

// { history_item: id or null for the query, rank, rank_without }
export function counterfactual({ history_item: id, rank, rank_without: without }, found) {
  const what = id === null ? "your words" : found.titles[id] ?? id;
  if (rank === without) return `Without ${what} it would be number ${rank} all the same.`;
  return `Without ${what} it would be number ${without}, not ${rank}.`;
}

// { history_item, both, group, takers, people }
export function companion({ history_item: id, both, group, takers, people }, found, about) {
  const title = found.titles[id] ?? id;
  return (
    `Of about ${group} people who ${about.chose} ${title}, about ${both} ${about.chose} this too; ` +
    `of all ${people}, about ${takers} did.`
  );
}

// { history_item, effect, error }
export function shares(shapley, found) {
  return shapley.map(({ history_item: id, effect, error }) => ({
    name: found.titles[id] ?? id,
    more: error ? `give or take ${error.toFixed(2)}` : "",
    effect,
  }));
}
