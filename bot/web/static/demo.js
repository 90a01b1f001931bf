// The demo page: wires phones, people and the strip underneath to the server's news.

import { dollars } from "./demo-dom.js";
import { People } from "./demo-people.js";
import { Phone } from "./demo-phone.js";
import { listen } from "./demo-server.js";
import { onLanguage, say, startLanguages } from "./demo-words.js";

const phones = {};
for (const section of document.querySelectorAll(".phone")) {
  phones[section.dataset.channel] = new Phone(section);
}
const narrow = matchMedia("(max-width: 719px)");
const tabs = [...document.querySelectorAll(".tabs [role=tab]")];
let front = "sms";
let isFirst = true;
let lastTotals = null;
let connected = null;

const people = new People(
  (person, withFocus) => {
    if (withFocus) bringForward(person.channel);
    phones[person.channel].show(person);
    if (withFocus) phones[person.channel].focus();
  },
  (channel) => !narrow.matches || channel === front,
);

function hear(news) {
  people.learn(news.people, isFirst);
  for (const [channel, phone] of Object.entries(phones)) {
    const id = people.chosen[channel];
    if (news.people.some((state) => state.id === id)) phone.show(people.all.get(id));
    phone.knows(news.languages[id] ?? null);
  }
  isFirst = false;
  lastTotals = news;
  drawTotals();
}

function drawTotals() {
  if (!lastTotals) return;
  const { totals, call } = lastTotals;
  const noun = say(totals.sms_segments === 1 ? "segment" : "segments");
  put("received", String(totals.received));
  put("waiting", String(totals.waiting));
  put("sent", String(totals.sent));
  put("cost", `${dollars(totals.sms_price)} · ${totals.sms_segments} ${noun}`);
  put("call", call ? `${call.provider} ${call.method} → ${call.status ?? "…"}` : "–");
}

function put(id, text) {
  const element = document.getElementById(id);
  if (element.textContent === text) return;
  element.textContent = text;
  element.classList.remove("moved");
  requestAnimationFrame(() => element.classList.add("moved"));
}

function showConnection(is) {
  connected = is;
  const line = document.getElementById("connection");
  line.textContent = say(is ? "connected" : "disconnected");
  line.classList.toggle("lost", !is);
}

function bringForward(channel) {
  front = channel;
  for (const tab of tabs) {
    const isFront = tab.dataset.channel === channel;
    tab.setAttribute("aria-selected", String(isFront));
    tab.tabIndex = isFront ? 0 : -1;
  }
  layOut();
  people.draw();
}

// On a narrow screen the phones are tab panels, one at a time; else they stand side by side.
function layOut() {
  for (const [channel, phone] of Object.entries(phones)) {
    const isBehind = narrow.matches && channel !== front;
    phone.section.classList.toggle("behind", isBehind);
    document.querySelector(`.people[data-channel=${channel}]`).classList.toggle("behind", isBehind);
    if (narrow.matches) phone.section.setAttribute("role", "tabpanel");
    else phone.section.removeAttribute("role");
    phone.scrollToEnd();
  }
}

for (const tab of tabs) {
  tab.addEventListener("click", () => bringForward(tab.dataset.channel));
  tab.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = tabs.find((each) => each !== tab);
    bringForward(other.dataset.channel);
    other.focus();
  });
}
narrow.addEventListener("change", () => {
  layOut();
  people.draw();
});
onLanguage(() => {
  drawTotals();
  if (connected !== null) showConnection(connected);
});
startLanguages();
layOut();
listen(hear, showConnection);
