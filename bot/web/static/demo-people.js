// Who writes on which phone: the list of people, unread messages, and making someone new.

import { make } from "./demo-dom.js";
import { post } from "./demo-server.js";
import { language, onLanguage, say } from "./demo-words.js";

const COLORS = 6;

export class People {
  constructor(choose, isLookedAt) {
    this.choose = choose;
    this.isLookedAt = isLookedAt;
    this.all = new Map();
    this.chosen = {};
    this.read = new Map();
    this.awaited = null;
    onLanguage(() => this.draw());
    this.startDialog();
  }

  learn(states, isFirst) {
    for (const state of states) {
      this.all.set(state.id, state);
      if (isFirst) this.read.set(state.id, heard(state));
      const isNew = state.id === this.awaited;
      if (isNew || !this.chosen[state.channel]) this.pick(state, isNew);
    }
    this.draw();
  }

  pick(state, withFocus) {
    this.chosen[state.channel] = state.id;
    this.markRead();
    this.choose(state, withFocus);
    if (withFocus) this.awaited = null;
  }

  markRead() {
    for (const [channel, id] of Object.entries(this.chosen)) {
      if (this.isLookedAt(channel) && this.all.has(id)) this.read.set(id, heard(this.all.get(id)));
    }
  }

  unread(state) {
    return Math.max(0, heard(state) - (this.read.get(state.id) ?? 0));
  }

  unreadOn(channel) {
    const there = [...this.all.values()].filter((state) => state.channel === channel);
    return there.reduce((sum, state) => sum + this.unread(state), 0);
  }

  draw() {
    this.markRead();
    for (const state of this.all.values()) this.drawOne(state);
    for (const tab of document.querySelectorAll(".tabs [role=tab]")) {
      showCount(tab.querySelector(".badge"), this.unreadOn(tab.dataset.channel));
    }
  }

  drawOne(state) {
    const list = document.querySelector(`.people[data-channel=${state.channel}] .list`);
    const label = list.querySelector(`[data-id="${state.id}"]`) ?? this.add(list, state);
    label.querySelector("input").checked = this.chosen[state.channel] === state.id;
    const speaks = say(state.language === "es" ? "spanish" : "english");
    const last = state.bubbles.at(-1);
    label.querySelector(".last").textContent = last ? last.text || say(last.kind) : speaks;
    showCount(label.querySelector(".badge"), this.unread(state));
  }

  add(list, state) {
    const color = (Number(state.id.slice(1)) - 1) % COLORS;
    const input = make("input", { type: "radio", name: `who-${state.channel}`, value: state.id });
    input.addEventListener("change", () => {
      this.pick(this.all.get(state.id), false);
      this.draw();
    });
    const face = make("span", { className: `face color${color}`, ariaHidden: "true" }, initial(state.name));
    const words = make(
      "span",
      { className: "words" },
      make("strong", { textContent: state.name }),
      make("span", { className: "last" }),
    );
    const badge = make("span", { className: "badge", hidden: true });
    const label = make("label", { className: "who" }, input, face, words, badge);
    label.dataset.id = state.id;
    list.append(label);
    return label;
  }

  startDialog() {
    const dialog = document.getElementById("person-dialog");
    const form = dialog.querySelector("form");
    document.getElementById("new-person").addEventListener("click", () => {
      form.reset();
      form.elements.language.value = language;
      dialog.showModal();
    });
    document.getElementById("person-cancel").addEventListener("click", () => dialog.close());
    form.addEventListener("submit", async () => {
      const made = await post("people", Object.fromEntries(new FormData(form)));
      if (!made) return;
      this.awaited = made.id;
      const state = this.all.get(made.id);
      if (state) this.learn([state], false);
    });
  }
}

function heard(state) {
  return state.bubbles.filter((bubble) => bubble.who === "bot").length;
}

function initial(name) {
  return [...name][0].toUpperCase();
}

function showCount(badge, count) {
  badge.hidden = count === 0;
  const words = make("span", { className: "unseen", textContent: say("unread", { count }) });
  badge.replaceChildren(make("span", { ariaHidden: "true", textContent: String(count) }), words);
}
