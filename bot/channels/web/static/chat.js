"use strict";

/* Sends the page's own forms without leaving the page. Without this script, every form still works by itself. */
class Chat {
  constructor(log) {
    this.log = log;
    this.words = JSON.parse(log.dataset.words);
    this.page = log.closest(".page");
    this.box = document.getElementById("box");
    this.text = document.getElementById("text");
    this.pending = Promise.resolve();
    this.chatNumber = 0; // counts up when the chat is cleared, so that a late answer finds no place
    document.addEventListener("submit", (event) => this.onSubmit(event));
    document.addEventListener("click", (event) => this.onClick(event));
    this.text.addEventListener("keydown", (event) => this.onKeyDown(event));
    this.text.addEventListener("input", () => this.fitToText());
    addCopyButtons(this.log, this.words);
  }

  onKeyDown(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.box.querySelector(".box__send").click(); // older phones have no requestSubmit
  }

  fitToText() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight + 2, 180)}px`;
  }

  onSubmit(event) {
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
      this.fitToText();
    }
    this.page.classList.add("page--talking");
    const sent = this.addUserMessage(words, fields.get("lang"));
    this.scrollTo(sent);
    // Who typed goes on typing. Who pressed a button reads: the box would open the keyboard over the answer.
    (typed ? this.text : sent).focus({ preventScroll: true });
    const address = form.getAttribute("action"); // form.action would be the hidden field of that name
    this.enqueue(address, fields, sent);
  }

  /* Who asks who can see this, in the middle of writing, must not lose a word by it: the page comes into the chat. */
  onClick(event) {
    const link = event.target.closest("[data-inside]");
    if (!link || !this.holdsWords || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.page.classList.add("page--talking");
    const sent = this.addUserMessage(link.textContent.trim(), document.documentElement.lang);
    this.scrollTo(sent);
    sent.focus({ preventScroll: true });
    this.enqueue(link.getAttribute("href"), null, sent);
  }

  /* One after the other, so that answers stand in the order of the messages. */
  enqueue(address, fields, sent) {
    const chatNumber = this.chatNumber;
    this.pending = this.pending.then(async () => {
      if (chatNumber !== this.chatNumber) return;
      const dots = this.addDots(sent);
      const answer = await this.fetchAnswer(address, fields);
      dots.remove();
      if (chatNumber !== this.chatNumber) return;
      if (answer.exchange) this.showAnswer(sent, answer.exchange);
      else if (answer.tooLong) this.returnText(sent, answer.fault, fields.get("text"));
      else this.showFault(sent, answer.fault, () => this.enqueue(address, fields, sent));
    });
  }

  addUserMessage(words, lang) {
    const sent = element("p", "user-message");
    sent.lang = lang || document.documentElement.lang;
    sent.tabIndex = -1;
    sent.append(element("span", "unseen", `${this.words.you}: `), words);
    this.log.append(sent);
    return sent;
  }

  addDots(sent) {
    const dots = element("p", "dots");
    dots.setAttribute("aria-hidden", "true");
    dots.append(element("i"), element("i"), element("i"));
    sent.after(dots);
    return dots;
  }

  async fetchAnswer(address, fields) {
    let html = "";
    let response;
    try {
      response = await fetch(address, {
        method: fields ? "POST" : "GET",
        body: fields && padded(fields),
        headers: { "X-Fragment": "1" },
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: this.timeout(),
      });
      html = await response.text();
    } catch {
      return { fault: this.words.offline };
    }
    const page = new DOMParser().parseFromString(html, "text/html");
    if (response.ok) return { exchange: page.querySelector(".exchange") || exchangeOf(page), fault: this.words.broke };
    const fault = page.querySelector(".bot-message--notice p")?.textContent; // what our own server says of it
    return { fault: fault || this.words.broke, tooLong: response.status === 413 };
  }

  showAnswer(sent, exchange) {
    exchange.querySelector(".user-message")?.remove();
    addCopyButtons(exchange, this.words);
    sent.lang = exchange.dataset.lang || sent.lang;
    this.box.elements.lang.value = sent.lang; // a hint for the next, perhaps very short, message
    sent.after(exchange);
    this.scrollTo(exchange.querySelector(".bot-message--urgent") || sent);
  }

  timeout() {
    const stop = new AbortController(); // older phones have no AbortSignal.timeout
    window.setTimeout(() => stop.abort(), 15000);
    return stop.signal;
  }

  /* Sending the same again would not help: the words go back into the box, to be made shorter. */
  returnText(sent, fault, words) {
    this.showFault(sent, fault);
    if (this.text.value) return;
    this.text.value = words;
    this.fitToText();
  }

  /* No answer came: say so, with the numbers that the page already holds, and let them send it again. */
  showFault(sent, fault, again = null) {
    const message = element("div", "bot-message bot-message--urgent");
    message.setAttribute("role", "alert");
    const ways = element("p", "ways");
    for (const number of document.querySelectorAll(".numbers__way")) {
      const way = element("a", "way way--call", number.dataset.label);
      way.href = number.getAttribute("href");
      ways.append(way);
    }
    message.append(element("p", "urgent__line", fault), ways);
    if (again) {
      const retry = element("button", "press__button press__button--quiet", this.words.again);
      retry.type = "button";
      retry.addEventListener("click", () => {
        message.remove();
        sent.focus({ preventScroll: true });
        again();
      });
      message.append(retry);
    }
    sent.after(message);
    this.scrollTo(sent);
  }

  scrollTo(shown) {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const far = Math.abs(shown.getBoundingClientRect().top) > 1.5 * window.innerHeight; // a long ride makes dizzy, and waits
    shown.scrollIntoView({ block: "start", behavior: still || far ? "auto" : "smooth" });
  }

  get holdsWords() {
    return this.log.childElementCount > 0 || this.text.value !== "";
  }

  clear() {
    this.chatNumber += 1;
    this.pending = Promise.resolve();
    this.log.replaceChildren();
    this.box.reset();
    this.fitToText();
    this.page.classList.remove("page--talking");
    window.scrollTo(0, 0);
  }
}

/* Clears a chat that somebody walked away from; says so a minute before, and any key or touch keeps it. */
class Idle {
  constructor(chat, note) {
    this.chat = chat;
    this.note = note;
    this.limit = Number(chat.log.dataset.idle) * 1000;
    this.warning = Number(chat.log.dataset.warning) * 1000;
    this.touched = Date.now();
    this.asked = false;
    for (const name of ["keydown", "pointerdown", "click", "focusin", "input", "wheel", "touchmove"]) {
      document.addEventListener(name, () => this.touch(), { capture: true, passive: true });
    }
    document.addEventListener("submit", () => this.tell(""), true);
    document.addEventListener("visibilitychange", () => this.check());
    window.setInterval(() => this.check(), 1000);
  }

  /* By the clock on the wall: a phone that slept has not counted. */
  check() {
    if (!this.chat.holdsWords) {
      this.touched = Date.now();
      return;
    }
    const left = this.touched + this.limit - Date.now();
    if (left <= 0) this.clear();
    else if (left <= this.warning && !this.asked) this.ask();
  }

  touch() {
    this.check(); // a first touch after the time is up must not bring the chat back
    this.touched = Date.now();
    if (!this.asked) return;
    this.asked = false;
    this.tell(this.chat.words.idle_kept);
    window.setTimeout(() => this.tell("", this.chat.words.idle_kept), 6000);
  }

  ask() {
    this.asked = true;
    const keep = element("button", "press__button press__button--next", this.chat.words.idle_keep);
    keep.type = "button"; // a touch like any other
    this.note.replaceChildren(element("p", "", this.chat.words.idle_ask), keep);
  }

  clear() {
    this.asked = false;
    this.touched = Date.now();
    this.chat.clear();
    this.tell(this.chat.words.idle_done);
  }

  tell(words, instead = this.note.textContent) {
    if (this.note.textContent === instead) this.note.textContent = words;
  }
}

/* What one of our other pages says, as an exchange. */
function exchangeOf(page) {
  const parts = page.querySelectorAll(".page--plain .bot-message");
  if (!parts.length) return null;
  const exchange = element("section", "exchange");
  exchange.append(...parts);
  for (const heading of exchange.querySelectorAll("h2")) heading.className = "plain__heading";
  return exchange;
}

/* One of few lengths, so that nobody on the way can tell a button from words by counting. */
function padded(fields) {
  const body = new URLSearchParams(fields);
  const short = 512 - ((String(body).length + "&fill=".length) % 512);
  body.append("fill", "-".repeat(short));
  return body;
}

function element(name, className = "", words = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (words) made.textContent = words;
  return made;
}

/* A number to keep: only where the browser lets a page copy. */
function addCopyButtons(part, words) {
  if (!navigator.clipboard) return;
  for (const ways of part.querySelectorAll("[data-copy]")) {
    const copy = element("button", "way way--copy", words.copy_number);
    copy.type = "button";
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(ways.dataset.copy);
        copy.textContent = words.copied;
        document.getElementById("exit-status").textContent = `${words.copied}: ${ways.dataset.copy}`;
      } catch {
        copy.textContent = ways.dataset.copy; // at least it can be marked by hand
      }
      window.setTimeout(() => {
        copy.textContent = words.copy_number;
      }, 4000);
    });
    ways.querySelector(".way--call, .way--text").after(copy);
  }
}

const log = document.getElementById("log");
if (log) new Idle(new Chat(log), document.getElementById("note"));
