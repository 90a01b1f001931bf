// One phone: shows the chosen person's messages, and sends what is typed and pressed on it.

import { bubbleElement } from "./demo-bubbles.js";
import { Composer } from "./demo-composer.js";
import { clockTime, icon, make } from "./demo-dom.js";
import { post } from "./demo-server.js";
import { Sheet } from "./demo-sheet.js";
import { language, number, onLanguage, say } from "./demo-words.js";

const TOAST_MILLISECONDS = 3500;

export class Phone {
  constructor(section) {
    this.section = section;
    this.channel = section.dataset.channel;
    this.person = null;
    this.speaks = null;
    this.toastsSeen = new Map();
    this.find = (selector) => section.querySelector(selector);
    this.log = this.find(".log");
    this.composer = new Composer(this);
    this.attach = new Sheet(this.find(".attach"), this.find(`#attach-${this.channel}`));
    if (this.channel === "telegram") this.startTelegram();
    onLanguage(() => this.draw(true));
    this.tick();
    setInterval(() => this.tick(), 10_000);
  }

  startTelegram() {
    this.menu = new Sheet(this.find(".menu"), this.find("#menu-telegram"));
    this.more = new Sheet(this.find(".more"), this.find("#more-telegram"));
    this.find(".start").addEventListener("click", () => {
      this.follows = true;
      this.log.focus({ preventScroll: true });
      this.act("text", { text: "/start" });
    });
    this.find(".unblock").addEventListener("click", () => this.act("unblock"));
  }

  tick() {
    this.find(".clock").textContent = clockTime(new Date(), language).replace(/\s.*$/, "");
  }

  show(person) {
    const another = person.id !== this.person?.id;
    if (another) this.composer.change(this.person, person);
    this.person = person;
    this.draw(another);
  }

  knows(speaks) {
    if (this.speaks === speaks) return;
    this.speaks = speaks;
    this.drawFacts();
  }

  async act(what, given = {}) {
    const done = await post(`people/${this.person.id}/${what}`, given);
    if (done === null) this.toast(say("failed"));
    return done !== null;
  }

  async say(text) {
    return this.act("text", { text });
  }

  press(data, message) {
    this.follows = true;
    return this.act("press", { button: data, message });
  }

  draw(fresh) {
    if (!this.person) return;
    this.log.setAttribute("aria-label", say("messages", { name: this.person.name }));
    const atEnd = fresh || this.isAtEnd();
    if (fresh) this.log.replaceChildren();
    const added = this.drawBubbles(fresh);
    this.drawFacts();
    this.drawPeer();
    this.drawChips();
    this.composer.draw();
    this.attach.fill(this.attachments());
    if (this.channel === "telegram") this.drawTelegram(fresh);
    if (atEnd || added) this.scrollToEnd();
    if (added) this.followWithFocus();
  }

  drawBubbles(fresh) {
    // Someone else's whole history is no news to be read aloud.
    this.log.setAttribute("aria-busy", String(fresh));
    const shown = new Map([...this.log.querySelectorAll("[data-key]")].map((e) => [e.dataset.key, e]));
    this.log.querySelector(".nothing")?.remove();
    let added = false;
    for (const bubble of this.person.bubbles) {
      const signature = JSON.stringify(bubble);
      const old = shown.get(bubble.key);
      shown.delete(bubble.key);
      if (old?.signature === signature) continue;
      const element = bubbleElement(bubble, this.person, this);
      element.signature = signature;
      if (old) this.replace(old, element);
      else this.log.append(element);
      if (!old && !fresh) element.classList.add("arrives");
      added ||= !old;
    }
    for (const gone of shown.values()) gone.remove();
    this.markRuns();
    if (!this.person.bubbles.length) this.log.append(this.nothingYet());
    requestAnimationFrame(() => this.log.setAttribute("aria-busy", "false"));
    return added;
  }

  scrollToEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  focus() {
    const start = this.section.querySelector(".start:not([hidden])");
    (start ?? this.composer.field).focus();
  }

  isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
  }

  replace(old, element) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(element);
    if (!focused) return;
    const same = [...element.querySelectorAll("button")].find(
      (button) => button.dataset.data === focused.dataset.data,
    );
    (same ?? this.log).focus({ preventScroll: true });
  }

  // After a press by keyboard, the focus goes on to the buttons of the bot's next question.
  followWithFocus() {
    if (!this.follows || document.activeElement !== this.log) return;
    const last = this.log.querySelector(".bubble:last-child .inline button");
    if (!last && !this.person.keyboard.length) return;
    this.follows = false;
    (last ?? this.find(".keyboard button"))?.focus({ preventScroll: true });
  }

  markRuns() {
    const bubbles = [...this.log.querySelectorAll(".bubble")];
    bubbles.forEach((bubble, index) => {
      const next = bubbles[index + 1];
      const same = next && next.classList.contains("bot") === bubble.classList.contains("bot");
      bubble.classList.toggle("ends-run", !same);
    });
  }

  nothingYet() {
    const box = make("div", { className: "nothing" }, icon("link"));
    if (this.channel === "sms") {
      box.append(make("p", { textContent: say("empty_sms", { word: this.person.suggestions[0] }) }));
    } else {
      const about = this.person.about || say("about_bot");
      box.append(make("strong", { textContent: say("empty_telegram") }), make("p", { textContent: about }));
    }
    return box;
  }

  drawFacts() {
    if (!this.person) return;
    const facts = [make("strong", { textContent: this.person.name })];
    facts.push(make("span", { textContent: this.person.number }));
    if (this.speaks) {
      const speaks = { textContent: this.speaks.toUpperCase(), title: say(`speaks_${this.speaks}`) };
      const words = make("span", { className: "unseen", textContent: say(`speaks_${this.speaks}`) });
      facts.push(make("span", { className: "tag", title: speaks.title }, make("span", { ariaHidden: "true", textContent: speaks.textContent }), words));
    }
    const time = this.answerTime();
    if (time !== null) facts.push(make("span", { className: "tag swift", textContent: say("answered", { time }) }));
    this.find(".facts").replaceChildren(...facts);
  }

  answerTime() {
    const bubbles = this.person.bubbles;
    const asked = bubbles.findLastIndex((bubble) => bubble.who === "person");
    const answer = asked < 0 ? undefined : bubbles[asked + 1];
    if (!answer) return null;
    const milliseconds = Math.max(1, Math.round(new Date(answer.time) - new Date(bubbles[asked].time)));
    return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
  }

  drawPeer() {
    const line = this.find(".peer-line");
    if (this.channel === "sms") line.textContent = number;
    else line.textContent = this.person.typing ? `${say("is_typing")}…` : say("bot");
  }

  drawChips() {
    const board = this.find(".chips");
    const chips = this.person.blocked ? [] : this.person.suggestions;
    const signature = JSON.stringify([chips, this.person.id]);
    if (board.signature === signature) return;
    board.signature = signature;
    const buttons = chips.map((text) => {
      const chip = make("button", { type: "button", className: "chip", textContent: text });
      chip.addEventListener("click", () => this.composer.typeAndSend(text));
      return chip;
    });
    const hadFocus = board.contains(document.activeElement);
    board.replaceChildren(...buttons);
    if (hadFocus) (buttons[0] ?? this.composer.field).focus({ preventScroll: true });
  }

  attachments() {
    const media = (kind) => ({ icon: kind, text: say(kind), run: () => this.act("media", { kind }) });
    if (this.channel === "sms") return [media("photo")];
    const share = (what) => ({ icon: what, text: say(what), run: () => this.act(what) });
    return [media("photo"), media("sticker"), media("voice"), share("location"), share("contact")];
  }

  drawTelegram(fresh) {
    const { started, blocked, commands, keyboard } = this.person;
    this.find(".composer").hidden = !started || blocked;
    this.find(".start").hidden = started || blocked;
    this.find(".unblock").hidden = !blocked;
    this.find(".more").hidden = !started || blocked;
    this.find(".menu").hidden = !commands.length;
    this.menu.fill(commands.map(([name, about]) => ({ text: `/${name}`, about, run: () => this.say(`/${name}`) })));
    this.more.fill([
      { icon: "edit", text: say("edit"), run: () => this.composer.editLast() },
      { icon: "block", text: say("block"), run: () => this.act("block") },
    ]);
    this.drawKeyboard(blocked ? [] : keyboard);
    this.drawToasts(fresh);
  }

  drawKeyboard(rows) {
    const board = this.find(".keyboard");
    const signature = JSON.stringify([rows, this.person.id]);
    if (board.signature === signature) return;
    board.signature = signature;
    board.hidden = !rows.length;
    const hadFocus = board.contains(document.activeElement);
    board.replaceChildren(...rows.map((row) => make("div", { className: "row" }, ...row.map((key) => this.key(key)))));
    if (hadFocus) this.composer.field.focus({ preventScroll: true });
  }

  key({ label, asks }) {
    const key = make("button", { type: "button" }, asks ? icon(asks) : null, label);
    key.addEventListener("click", () => {
      this.follows = true;
      if (asks) this.act(asks);
      else this.act("press", { button: label });
    });
    return key;
  }

  drawToasts(fresh) {
    const { id, toasts, toasts_before } = this.person;
    const total = toasts_before + toasts.length;
    const seen = this.toastsSeen.get(id) ?? (fresh ? total : 0);
    if (total > seen) this.toast(toasts.at(-1));
    this.toastsSeen.set(id, total);
  }

  toast(text) {
    const toast = this.find(".toast");
    toast.textContent = text;
    toast.classList.add("shown");
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => {
      toast.classList.remove("shown");
      toast.textContent = "";
    }, TOAST_MILLISECONDS);
  }
}
