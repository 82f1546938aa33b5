// Who is asking, kept in this tab alone.
const kept = sessionStorage;

export const key = () => kept.getItem("key") ?? "";
export const keepKey = (secret) => kept.setItem("key", secret);

export const user = () => kept.getItem("user") ?? "";
export const keepUser = (id) => kept.setItem("user", id);

// Somebody new who says what they like becomes a user, with a name that nobody else has.
export function somebody() {
  if (!user()) keepUser(`guest-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`);
  return user();
}
