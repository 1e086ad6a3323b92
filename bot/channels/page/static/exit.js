"use strict";

/* Leave at once: a click on the exit link, or Shift three times with no more than five seconds between. */
class ExitPage {
  constructor(link) {
    this.link = link;
    this.status = document.getElementById("exit-status");
    this.count = 0;
    this.lastHadShift = false;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.leave();
    });
    // keyup in the capture phase, so that nothing on the page can swallow it.
    document.addEventListener("keyup", (event) => this.key(event), true);
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) window.location.reload();
    });
  }

  key(event) {
    // While Shift is held for a capital letter, the letter's own keyup carries shiftKey: that Shift does not count.
    if (event.key === "Shift" && !this.lastHadShift) {
      this.pressed();
    } else if (event.key !== "Shift") {
      this.reset();
    }
    this.lastHadShift = event.key !== "Shift" && event.shiftKey;
  }

  pressed() {
    this.count += 1;
    this.link.dataset.pressed = String(this.count);
    window.clearTimeout(this.timer);
    if (this.count >= 3) {
      this.leave();
      return;
    }
    this.say(this.link.dataset.more.replace("{left}", String(3 - this.count)));
    this.timer = window.setTimeout(() => {
      this.reset();
      this.say(this.link.dataset.expired);
    }, 5000);
  }

  reset() {
    window.clearTimeout(this.timer);
    if (this.count) this.say("");
    this.count = 0;
    delete this.link.dataset.pressed;
  }

  say(words) {
    if (this.status) this.status.textContent = words;
  }

  leave() {
    const away = this.link.dataset.exit;
    const overlay = document.createElement("div");
    overlay.className = "leaving";
    overlay.setAttribute("role", "alert");
    overlay.textContent = this.link.dataset.loading;
    document.body.classList.add("is-leaving");
    // The words go first: even if the next page is slow, nothing of the chat is left behind the overlay.
    document.body.replaceChildren(overlay);
    document.title = overlay.textContent;
    const top = window.top || window;
    try {
      top.location.replace(away);
    } catch {
      window.location.replace(away);
    }
  }
}

const exitLink = document.querySelector("[data-exit]");
if (exitLink) new ExitPage(exitLink);
