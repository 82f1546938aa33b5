// The gateway's own API, who asks it, and what goes wrong with it.

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

export class Refused extends Error {
  constructor(message, status, code = "", wait = 0) {
    super(message);
    Object.assign(this, { status, code, wait });
  }
}

export async function call(method, path, body, signal) {
  const headers = { Authorization: `Bearer ${key()}` };
  if (body) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: body && JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("The server cannot be reached.", 0, "unreachable");
  }
  if (response.ok) return response;
  const told = (await response.json().catch(() => null))?.error;
  const wait = Number(response.headers.get("Retry-After")) || 0;
  throw new Refused(told?.message ?? `the server answered ${response.status}`, response.status, told?.code, wait);
}

export async function json(method, path, body) {
  return (await call(method, path, body)).json();
}

// A file that wants the key, as an address that an <img> or <video> can show.
export async function file(kind, id) {
  const response = await call("GET", `v1/media/${kind}/${encodeURIComponent(id)}`);
  return URL.createObjectURL(await response.blob());
}

// The chunks of a streamed answer. Throws where the stream ends before its end.
export async function* chunks(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let whole = false;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      const events = (rest + step.value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const data = event.replace(/^data: /, "");
        if (data === "[DONE]") whole = true;
        else yield JSON.parse(data);
      }
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    whole = false;
  }
  if (!whole) throw new Refused("The connection broke off before the answer was whole.", 0, "unreachable");
}
