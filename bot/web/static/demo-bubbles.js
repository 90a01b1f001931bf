// One message as a phone shows it: text, what it cost, buttons, pictures.

import { clockTime, dollars, icon, make } from "./demo-dom.js";
import { language, say } from "./demo-words.js";

const ENCODINGS = { gsm7: "GSM-7", ucs2: "UCS-2" };

export function bubbleElement(bubble, person, actions) {
  const article = make("article", { className: `bubble ${bubble.who} ${bubble.kind}` });
  article.dataset.key = bubble.key;
  article.append(speaker(bubble, person), content(bubble, person));
  if (person.channel === "sms") article.append(...underSms(bubble));
  else if (bubble.buttons.length) article.append(inlineButtons(bubble, actions));
  return article;
}

function speaker(bubble, person) {
  const name = bubble.who === "bot" ? say("bots") : say("yours", { name: person.name });
  return make("span", { className: "unseen", textContent: `${name}: ` });
}

function content(bubble, person) {
  const body = make("div", { className: "body" });
  if (bubble.kind !== "text") body.append(attachment(bubble, person));
  if (bubble.text) body.append(make("p", { dir: "auto" }, ...marked(bubble.text, bubble.dear)));
  if (person.channel === "telegram") body.append(stamp(bubble));
  return body;
}

function stamp(bubble) {
  const time = clockTime(new Date(bubble.time), language);
  const text = bubble.edited ? `${say("edited")} ${time}` : time;
  return make("time", { dateTime: bubble.time, textContent: text });
}

function marked(text, dear = []) {
  if (!dear.length) return [text];
  const parts = [];
  let plain = "";
  for (const character of text) {
    if (dear.includes(character)) {
      parts.push(plain, make("mark", { textContent: character }));
      plain = "";
    } else plain += character;
  }
  return [...parts, plain];
}

function attachment(bubble, person) {
  const what = make("span", { className: "what" });
  if (bubble.kind === "sticker") what.append("👍");
  else if (bubble.kind === "voice") what.append(icon("voice"), waveform(), "0:04");
  else if (bubble.kind === "contact") what.append(icon("contact"), `${person.name} ${person.number}`);
  else if (bubble.kind === "document") what.append(icon("document"), bubble.file ?? "");
  else what.append(icon(bubble.kind), say(bubble.kind));
  if (["sticker", "voice"].includes(bubble.kind)) {
    what.setAttribute("role", "img");
    what.setAttribute("aria-label", say(bubble.kind));
  }
  return what;
}

function waveform() {
  const bars = [3, 6, 10, 5, 8, 12, 7, 4, 9, 6, 3, 5].map((height) =>
    make("i", { className: `h${height}` }),
  );
  return make("span", { className: "wave" }, ...bars);
}

function underSms(bubble) {
  const under = make("p", { className: "cost" });
  if (bubble.who === "person") {
    under.textContent = clockTime(new Date(bubble.time), language);
    return [under];
  }
  const noun = say(bubble.segments === 1 ? "segment" : "segments");
  const price = Number(bubble.price) === 0 ? say("free") : dollars(bubble.price ?? 0);
  under.textContent = [`${bubble.segments} ${noun}`, ENCODINGS[bubble.encoding], price].join(" · ");
  if (!bubble.dear.length) return [under];
  const why = say("dear", { characters: bubble.dear.slice(0, 6).join(" ") });
  return [under, make("p", { className: "cost why", textContent: why })];
}

function inlineButtons(bubble, actions) {
  const rows = bubble.buttons.map((row) => {
    const buttons = row.map((button) => inlineButton(bubble, button, actions));
    return make("div", { className: "row" }, ...buttons);
  });
  return make("div", { className: "inline" }, ...rows);
}

function inlineButton(bubble, button, actions) {
  const element = make("button", { type: "button", textContent: button.label });
  element.dataset.data = button.data;
  if (button.data === null) element.disabled = true;
  if (bubble.spinning !== null && bubble.spinning === button.data) {
    element.append(make("span", { className: "spinner", role: "img", ariaLabel: say("waiting") }));
    element.setAttribute("aria-busy", "true");
  }
  element.addEventListener("click", () => actions.press(button.data, bubble.key));
  return element;
}
