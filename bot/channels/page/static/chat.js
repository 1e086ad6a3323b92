"use strict";

/* Sends the page's own forms without leaving the page. Without this script, every form still works by itself. */
class Chat {
  constructor(log) {
    this.log = log;
    this.page = log.closest(".page");
    this.box = document.getElementById("box");
    this.text = document.getElementById("text");
    this.waiting = Promise.resolve();
    document.addEventListener("submit", (event) => this.submitted(event));
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("input", () => this.grow());
    const first = this.log.querySelector(".says--urgent") || this.log.querySelector(".exchange");
    if (first) this.show(first);
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.box.requestSubmit();
  }

  grow() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 180)}px`;
  }

  submitted(event) {
    const form = event.target;
    if (!form.matches("[data-chat]")) return;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form));
    const typed = form === this.box;
    const words = typed ? this.text.value.trim() : form.querySelector("button").textContent.trim();
    if (typed && !words) {
      this.text.focus();
      return;
    }
    if (typed) {
      this.text.value = "";
      this.grow();
    }
    this.page.classList.add("page--talking");
    const said = this.say(words, fields.get("lang"));
    this.show(said);
    this.text.focus({ preventScroll: true });
    // One after the other, so that answers stand in the order of the messages.
    const address = form.getAttribute("action"); // form.action would be the hidden field of that name
    this.waiting = this.waiting.then(() => this.ask(address, fields, said));
  }

  say(words, lang) {
    const said = document.createElement("p");
    said.className = "said said--waiting";
    said.lang = lang || document.documentElement.lang;
    said.textContent = words;
    this.log.append(said);
    return said;
  }

  async ask(address, fields, said) {
    let answer = null;
    try {
      const response = await fetch(address, {
        method: "POST",
        body: fields,
        headers: { "X-Fragment": "1" },
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: AbortSignal.timeout(15000),
      });
      answer = this.exchange(await response.text());
    } catch {
      answer = null;
    }
    said.classList.remove("said--waiting");
    if (!answer) {
      this.offline(said);
      return;
    }
    answer.querySelector(".said")?.remove();
    said.lang = answer.dataset.lang || said.lang;
    this.box.elements.lang.value = said.lang; // a hint for the next, perhaps very short, message
    said.after(answer);
    this.show(answer.querySelector(".says--urgent") || said);
  }

  exchange(html) {
    return new DOMParser().parseFromString(html, "text/html").querySelector(".exchange");
  }

  /* No connection: say so, with the numbers that the page already holds. */
  offline(said) {
    const says = document.createElement("div");
    says.className = "says says--urgent";
    says.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = this.log.dataset.offline;
    const ways = document.createElement("p");
    ways.className = "ways";
    for (const number of document.querySelectorAll(".numbers__way")) {
      const way = document.createElement("a");
      way.className = "way way--call";
      way.href = number.getAttribute("href");
      way.textContent = number.getAttribute("aria-label");
      ways.append(way);
    }
    says.append(words, ways);
    said.after(says);
    this.show(said);
  }

  show(element) {
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }
}

const log = document.getElementById("log");
if (log) new Chat(log);
