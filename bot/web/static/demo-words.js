// The words of the page in both languages, and the switch between them.

const data = JSON.parse(document.getElementById("data").textContent);
const listeners = [];

export const number = data.number;
export let language = document.documentElement.lang;

export function say(name, values = {}) {
  const text = data.words[language][name];
  return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
}

export function onLanguage(listener) {
  listeners.push(listener);
}

export function startLanguages() {
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => speak(button.dataset.language));
  }
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  document.cookie = `${data.cookie}=${chosen}; path=/demo; max-age=31536000; samesite=strict`;
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = say(element.dataset.word);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    element.title = say(element.dataset.label);
  }
  for (const listener of listeners) listener();
}
