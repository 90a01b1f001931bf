// The text field of a phone: typing, sending, editing the last message, each person's own draft.

import { calm } from "./demo-dom.js";
import { say } from "./demo-words.js";

const TYPING_MILLISECONDS = 28;
const LONGEST_TYPED = 40;

export class Composer {
  constructor(phone) {
    this.phone = phone;
    this.form = phone.find(".composer");
    this.field = phone.find("textarea");
    this.note = phone.find(".editing");
    this.drafts = new Map();
    this.edits = null;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("input", () => this.fit());
    this.note.querySelector("button").addEventListener("click", () => this.stopEditing());
  }

  change(before, after) {
    if (this.edits) this.stopEditing();
    if (before) this.drafts.set(before.id, this.field.value);
    this.field.value = this.drafts.get(after.id) ?? "";
    this.typing = null;
    this.fit();
  }

  draw() {
    this.field.setAttribute("aria-label", say("text_to", { name: this.phone.person.name }));
    this.field.placeholder = say(`placeholder_${this.phone.channel}`);
  }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.field.value) {
      event.preventDefault();
      this.editLast();
    } else if (event.key === "Escape" && this.edits) this.stopEditing();
  }

  async send() {
    const text = this.field.value;
    if (!text.trim()) return;
    const edits = this.edits;
    this.stopEditing();
    this.typing = null;
    const person = this.phone.person;
    const done = edits
      ? await this.phone.act("edit", { message: edits, text })
      : await this.phone.say(text);
    if (!done && !this.field.value && this.phone.person === person) this.field.value = text;
    this.fit();
  }

  // Types a suggestion letter by letter, as a thumb would, then sends it.
  typeAndSend(text) {
    this.stopEditing();
    const typing = { text, length: 0 };
    this.typing = typing;
    const step = () => {
      if (this.typing !== typing) return;
      typing.length = calm.matches || text.length > LONGEST_TYPED ? text.length : typing.length + 1;
      this.field.value = text.slice(0, typing.length);
      this.fit();
      if (typing.length < text.length) setTimeout(step, TYPING_MILLISECONDS);
      else setTimeout(() => this.typing === typing && this.send(), calm.matches ? 0 : 160);
    };
    step();
  }

  editLast() {
    if (this.phone.channel !== "telegram") return;
    const own = this.phone.person.bubbles.findLast((b) => b.who === "person" && b.kind === "text");
    if (!own) return;
    this.edits = own.key;
    this.field.value = own.text;
    this.note.hidden = false;
    this.field.focus();
    this.fit();
  }

  stopEditing() {
    this.edits = null;
    this.note.hidden = true;
    this.field.value = "";
    this.fit();
  }

  fit() {
    this.form.classList.toggle("has-text", this.field.value.trim() !== "");
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 112)}px`;
  }
}
