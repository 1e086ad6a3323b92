"use strict";

/* Leave at once: a click on the exit link, or Shift three times with no more than five seconds between. */
class ExitPage {
  constructor(link) {
    this.link = link;
    this.status = document.getElementById("exit-status");
    this.more = JSON.parse(link.dataset.more); // the words after each press but the last
    this.count = 0;
    this.lastHadShift = false;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.leave();
    });
    // keyup in the capture phase, so that nothing on the page can swallow it.
    document.addEventListener("keyup", (event) => this.key(event), true);
    // A page that the browser keeps for its Back button must not hold words: empty it on the way, and ask anew on return.
    window.addEventListener("pagehide", () => this.wipe());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) window.location.reload();
    });
    this.stayInSight(document.querySelector(".bar"));
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
    if (this.count > this.more.length) {
      this.leave();
      return;
    }
    this.say(this.more[this.count - 1]);
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

  wipe() {
    document.getElementById("log")?.replaceChildren();
    for (const form of document.forms) form.reset();
  }

  leave() {
    const away = this.link.dataset.exit;
    const overlay = document.createElement("div");
    overlay.className = "leaving";
    overlay.setAttribute("role", "alert");
    overlay.textContent = this.link.dataset.loading;
    document.documentElement.classList.add("is-leaving");
    // The words go first: even if the next page is slow, nothing of the chat is left behind the overlay.
    document.body.replaceChildren(overlay);
    document.title = overlay.textContent;
    this.forget();
    if (window.parent === window) {
      window.location.replace(away);
      return;
    }
    // In a frame the whole page must go: ours may be refused, so the script that opened the frame is told as well.
    window.parent.postMessage("leave", "*");
    try {
      window.top.location.replace(away);
    } catch {
      // Not allowed here; the frame stays blank, and the page around it leaves by itself.
    }
  }

  /* Have the browser drop what it holds of this site, without waiting for it. */
  forget() {
    fetch(this.link.href, { redirect: "manual", keepalive: true, cache: "no-store", credentials: "omit" }).catch(() => {});
  }

  /* On an iPhone the keyboard pushes sticky things out of view; the bar with the numbers and the exit moves along. */
  stayInSight(bar) {
    const seen = window.visualViewport;
    if (!seen || !bar) return;
    const follow = () => {
      const pushed = seen.scale === 1 ? Math.round(seen.offsetTop) : 0;
      bar.style.transform = pushed > 0 ? `translateY(${pushed}px)` : "";
    };
    seen.addEventListener("scroll", follow);
    seen.addEventListener("resize", follow);
  }
}

const exitLink = document.querySelector("[data-exit]");
if (exitLink) new ExitPage(exitLink);
