// A small panel of choices that a button of the phone opens: Escape or a click elsewhere closes it.

import { icon, make } from "./demo-dom.js";

export class Sheet {
  constructor(opener, panel) {
    this.opener = opener;
    this.panel = panel;
    this.signature = "";
    opener.addEventListener("click", () => this.toggle(panel.hidden));
    panel.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("click", (event) => {
      if (!panel.hidden && !panel.contains(event.target) && !opener.contains(event.target)) this.toggle(false);
    });
  }

  fill(items) {
    const signature = JSON.stringify(items);
    this.items = items;
    if (signature === this.signature) return;
    this.signature = signature;
    this.panel.replaceChildren(...items.map((item, index) => this.item(item, index)));
  }

  item({ icon: name, text, about }, index) {
    const words = make("span", {}, make("span", { textContent: text }));
    if (about) words.append(make("small", { textContent: about }));
    const button = make("button", { type: "button" }, name ? icon(name) : null, words);
    button.addEventListener("click", () => {
      this.toggle(false);
      this.opener.focus();
      this.items[index].run();
    });
    return button;
  }

  toggle(open) {
    this.panel.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) this.panel.querySelector("button")?.focus();
  }

  key(event) {
    if (event.key === "Escape") {
      this.toggle(false);
      this.opener.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.panel.querySelectorAll("button")];
    const next = buttons.indexOf(document.activeElement) + step;
    buttons[(next + buttons.length) % buttons.length].focus();
  }
}
