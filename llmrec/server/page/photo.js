// A photo to ask with: chosen, dropped or pasted, then drawn anew, smaller and without what the camera wrote into it.
import { $, announce } from "./dom.js";

const LARGEST = 1024;
let photo = null;

export const taken = () => photo;

export function show(url) {
  photo = url;
  $("shown").hidden = !url;
  if (url) $("shown").querySelector("img").src = url;
  else $("photo").value = "";
}

export function listen() {
  $("photo").addEventListener("change", () => take($("photo").files));
  $("unshow").addEventListener("click", () => {
    show(null);
    $("words").focus();
  });
  document.addEventListener("paste", (event) => {
    if (take(event.clipboardData?.files)) event.preventDefault();
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}

function take(files) {
  const found = [...(files ?? [])].find((file) => file.type.startsWith("image/"));
  if (!found || $("say").hidden) return false;
  smaller(found).then(
    (url) => {
      show(url);
      announce("A photo is added.");
      $("words").focus();
    },
    () => announce("That file is not a picture that can be read."),
  );
  return true;
}

async function smaller(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LARGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const ground = canvas.getContext("2d");
  ground.fillStyle = "#fff";
  ground.fillRect(0, 0, canvas.width, canvas.height);
  ground.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.9);
}
